/// A currency of ISO 4217: its three-letter code, and how many decimals its minor unit has.
///
/// # Examples
///
/// ```
/// use customer_value::Currency;
///
/// assert_eq!(Currency::new("JPY")?.minor_digits(), 0);
/// assert_eq!(Currency::new("USD")?, Currency::USD);
/// assert!(Currency::new("BTC").is_err());
/// # Ok::<(), customer_value::MoneyError>(())
/// ```
#[doc(alias = "货币")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Currency {
    code: [u8; 3],
    minor_digits: u8,
}

use super::MoneyError;

/// The active codes of ISO 4217 that have a minor unit, by its number of decimals. Metals, funds codes
/// without a minor unit and the testing codes are left out: nobody pays with them.
const ACTIVE: [(u8, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE \
         CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
         HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR \
         MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK \
         SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD \
         XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self { code: *b"USD", minor_digits: 2 };
    /// Euro.
    pub const EUR: Self = Self { code: *b"EUR", minor_digits: 2 };
    /// Chinese renminbi (yuan).
    pub const CNY: Self = Self { code: *b"CNY", minor_digits: 2 };

    /// The currency with this code, in capitals.
    ///
    /// # Errors
    ///
    /// [`MoneyError::UnknownCurrency`] unless the code is an active one with a minor unit.
    pub fn new(code: &str) -> Result<Self, MoneyError> {
        ACTIVE
            .iter()
            .find(|(_, codes)| codes.split(' ').any(|known| known == code))
            .and_then(|&(minor_digits, _)| Some(Self { code: code.as_bytes().try_into().ok()?, minor_digits }))
            .ok_or_else(|| MoneyError::UnknownCurrency { code: code.into() })
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// The decimals of the minor unit: 2 for cents, 0 for yen.
    pub const fn minor_digits(self) -> u32 {
        self.minor_digits as u32
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::new(code)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;

    fn try_from(code: String) -> Result<Self, MoneyError> {
        Self::new(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}
