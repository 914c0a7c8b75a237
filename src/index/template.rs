//! Trees to begin with. Their weights are equal by the rules of the IMD, until somebody judges otherwise.

use super::indicator::{Evidence, Indicator, Sense};
use super::tree::{Node, Tree};
use crate::units::Weights;

/// A sub-factor: its name and its indicators.
type SubFactor = (&'static str, &'static [Template]);

#[derive(Clone, Copy)]
struct Template {
    name: &'static str,
    sense: Sense,
    evidence: Evidence,
}

/// A figure from the books of which more is better.
const fn more(name: &'static str) -> Template {
    Template { name, sense: Sense::Benefit, evidence: Evidence::Hard }
}

/// A figure from the books of which less is better.
const fn less(name: &'static str) -> Template {
    Template { name, sense: Sense::Cost, evidence: Evidence::Hard }
}

/// Something asked for, of which more is better.
const fn asked(name: &'static str) -> Template {
    Template { name, sense: Sense::Benefit, evidence: Evidence::Survey }
}

const FOUR_DIMENSIONS: &[(&str, &[SubFactor])] = &[
    (
        "financial",
        &[
            ("earnings", &[more("contribution margin"), more("growth of revenue")]),
            ("payment", &[less("days to payment"), asked("payment discipline")]),
        ],
    ),
    (
        "market",
        &[
            ("position", &[more("share of wallet"), more("orders per year")]),
            ("standing", &[more("referrals"), asked("satisfaction"), asked("loyalty")]),
        ],
    ),
    (
        "management",
        &[
            ("effort", &[less("cost to serve"), less("complaints per order")]),
            ("cooperation", &[asked("sharing of information"), asked("openness of decisions")]),
        ],
    ),
    (
        "learning and growth",
        &[
            ("innovation", &[more("new products taken up"), more("joint projects")]),
            ("potential", &[asked("growth of the customer's market"), asked("readiness to change")]),
        ],
    ),
];

const CHANNEL_MEMBER: &[SubFactor] = &[
    ("credit standing", &[more("credit rating"), less("overdue days"), asked("reputation")]),
    ("funds", &[more("working capital"), more("inventory turnover")]),
    ("regional coverage", &[more("outlets served"), more("share of regional sales")]),
    ("performance", &[more("attainment of plan"), more("growth of sales")]),
    ("cooperation", &[less("price infringements"), asked("willingness to cooperate")]),
];

const SUPPLIER: &[SubFactor] = &[
    ("quality", &[less("defect rate"), asked("quality management")]),
    ("delivery", &[more("deliveries on time"), less("lead time")]),
    ("cost", &[less("price level"), less("cost of ordering")]),
    ("service", &[less("days to answer"), asked("support")]),
    (
        "environment",
        &[less("emissions per unit"), more("share of recycled material"), asked("environmental management")],
    ),
];

const CUSTOMER_DESK: &[SubFactor] = &[
    ("results of the customers", &[more("contribution of customers served"), more("growth of their revenue")]),
    (
        "satisfaction of the customers",
        &[more("retention of customers served"), asked("satisfaction of customers served")],
    ),
    ("service given", &[less("hours to first answer"), more("complaints resolved")]),
    ("learning", &[more("training days"), asked("helpfulness to colleagues")]),
];

const RELATIONSHIP_CAPABILITY: &[SubFactor] = &[
    ("observing customers", &[asked("knowledge of customers' needs"), more("share of customers analysed")]),
    ("creating value", &[asked("offers made for the customer"), more("revenue from new offers")]),
    ("delivering value", &[more("orders fulfilled as promised"), asked("quality perceived")]),
    ("managing the lifecycle", &[more("retention rate"), more("customers won back")]),
];

impl Tree {
    /// Customers in four dimensions: financial, market, management, learning and growth.
    ///
    /// Each dimension has two sub-factors of 12.5 %, of hard data (2/3) and opinions (1/3) where there are both.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_value::index::Tree;
    ///
    /// let tree = Tree::four_dimensions();
    /// let leaves = tree.leaves();
    /// assert_eq!((leaves[2].indicator.name(), leaves[2].weight), ("days to payment", 0.125 * (2.0 / 3.0)));
    /// ```
    ///
    /// # References
    ///
    /// Kaplan & Norton (1992), *The balanced scorecard*; IMD, *World Competitiveness Yearbook*.
    #[doc(alias = "财务、市场、管理、学习成长")]
    pub fn four_dimensions() -> Self {
        let dimension = |&(name, sub_factors): &(&str, &[SubFactor])| branch(name, sub_factors);
        let dimensions: Vec<Node> = FOUR_DIMENSIONS.iter().map(dimension).collect();
        Self { root: equal("customer", dimensions) }
    }

    /// Members of a sales channel: credit standing, funds, regional coverage, performance, cooperation.
    #[doc(alias = "渠道成员评价")]
    pub fn channel_member() -> Self {
        Self { root: branch("channel member", CHANNEL_MEMBER) }
    }

    /// Suppliers: quality, delivery, cost, service, and the environment.
    #[doc(alias = "绿色供应链")]
    pub fn supplier() -> Self {
        Self { root: branch("supplier", SUPPLIER) }
    }

    /// Employees who look after customers: not by economic results alone, but also by satisfaction, service and
    /// learning.
    #[doc(alias = "绩效评价")]
    pub fn customer_desk() -> Self {
        Self { root: branch("customer desk", CUSTOMER_DESK) }
    }

    /// What a firm is able to do for its relationships: to observe customers, to create and to deliver value, to manage
    /// the lifecycle.
    #[doc(alias = "客户关系能力")]
    pub fn relationship_capability() -> Self {
        Self { root: branch("relationship capability", RELATIONSHIP_CAPABILITY) }
    }
}

fn branch(name: &str, sub_factors: &[SubFactor]) -> Node {
    let sub_factor = |&(name, indicators): &SubFactor| {
        let indicator = |template: &Template| Indicator {
            name: template.name.to_owned(),
            sense: template.sense,
            evidence: template.evidence,
        };
        Node::sub_factor(name.to_owned(), indicators.iter().map(indicator).collect())
    };
    equal(name, sub_factors.iter().map(sub_factor).collect())
}

fn equal(name: &str, children: Vec<Node>) -> Node {
    let weights = Weights::proven(vec![(children.len() as f64).recip(); children.len()]);
    Node::proven(name.to_owned(), weights, children)
}
