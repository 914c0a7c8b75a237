use customer_value::{
    Acquisition, Currency, Customer, CustomerKind, CustomerRowError as Fault, Customers, Money, Weights,
};

use crate::cdnow::{day, usd};

fn owned(id: u32, owner: &str) -> Customer<u32> {
    Customer { owner: Some(owner.into()), ..Customer::new(id, CustomerKind::Organisation) }
}

#[test]
fn customers_are_ordered_and_have_one_owner_each() {
    let customers = Customers::new([owned(9, "north"), owned(2, "south")]).unwrap();
    assert_eq!(customers.as_slice().iter().map(|customer| customer.id).collect::<Vec<_>>(), [2, 9]);
    assert_eq!((customers.owner(&9), customers.owner(&3)), (Some("north"), None));
}

#[test]
fn every_orphan_duplicate_and_conflict_is_named() {
    let orphan = Customer::new(1, CustomerKind::Person);
    let rows = [orphan, owned(2, "north"), owned(2, "north"), owned(3, "  "), owned(2, "south")];
    let conflict = Fault::OwnerConflict { first: 1, expected: "north".into(), found: "south".into() };
    let faults = Customers::new(rows).unwrap_err().rows;
    assert_eq!(faults, [(0, Fault::NoOwner), (2, Fault::Duplicate { first: 1 }), (3, Fault::NoOwner), (4, conflict)]);
}

#[test]
fn bad_preferences_and_self_referral_are_named() {
    let mut customer = owned(1, "north");
    customer.acquired = Some(Acquisition { on: day("2024-01-01"), channel: "web".into(), referrer: Some(1) });
    customer.preferences.axis_weights = Some(Weights::equal(2).unwrap());
    customer.preferences.shadow_prices.time = Some(usd("-1"));
    customer.preferences.shadow_prices.psychic = Some(Money::from_minor(5, Currency::EUR));
    let faults: Vec<_> = Customers::new([customer]).unwrap_err().rows.into_iter().map(|(_, fault)| fault).collect();
    assert_eq!(
        faults,
        [
            Fault::SelfReferral,
            Fault::AxisWeights { found: 2 },
            Fault::NegativePrice { price: usd("-1") },
            Fault::PriceCurrency { expected: Currency::USD, found: Currency::EUR },
        ]
    );
}

#[test]
fn no_customers_are_legal() {
    assert!(Customers::<u32>::new([]).unwrap().as_slice().is_empty());
}
