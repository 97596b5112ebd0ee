use super::*;
use crate::diff::{Change, Effect};

const CODE: &str = r#"
pub mod types {
    crate::open_enum! { #[doc = "d"] pub enum Status { #[doc = "d"] Active = "ACTIVE", Empty = "", } }
    crate::opaque_string! { #[doc = "d"] pub struct RewardId; }
    /// Prose.
    #[derive(Clone, Default)]
    #[non_exhaustive]
    pub struct Reward {
        pub id: RewardId,
        #[deprecated]
        pub tags: ::std::vec::Vec<::std::collections::BTreeMap<::std::string::String, i64>>,
        hidden: i64,
    }
    pub type Alias = Reward;
    impl Reward { pub fn builder() -> builder::Reward { ::std::default::Default::default() } fn private(&self) {} }
}
impl crate::Client { pub fn get_reward(&self) -> builder::GetReward { builder::GetReward::new(self.clone()) } }
pub mod builder {
    pub struct GetReward { client: crate::Client, request: crate::request::Request }
    impl GetReward {
        pub(crate) fn new(client: crate::Client) -> Self { Self { client, request: crate::request::Request::new() } }
        pub fn reward_id<V, M>(mut self, value: V) -> Self where V: crate::IntoField<types::RewardId, M> {
            self.request.path("reward_id", value.into_field().as_ref());
            self
        }
        pub fn body<V>(mut self, value: V) -> Self where V: ::std::convert::Into<types::Reward> {
            self.request.json(::std::result::Result::Ok(value.into()));
            self
        }
        pub async fn send(self) -> ::std::result::Result<crate::Response<types::Reward>, crate::Error> {
            self.client.call(&super::operation::GET_REWARD, self.request).await
        }
    }
}
pub mod operation {
    pub static GET_REWARD: crate::Operation = crate::Operation {
        id: "getReward", method: ::reqwest::Method::GET, path: "/v2/rewards", repeatable: true, pages: false,
    };
    pub static ALL: &[&crate::Operation] = &[&GET_REWARD];
    pub static SERVERS: &[&str] = &["https://a.example"];
}
"#;

#[test]
fn everything_a_user_can_name_is_a_line() {
    let snapshot = of(CODE).unwrap();
    let expected = [
        "Client::get_reward() -> builder::GetReward",
        "builder::GetReward: struct",
        "builder::GetReward::body(Into<types::Reward>)",
        "builder::GetReward::reward_id(types::RewardId)",
        "builder::GetReward::send() -> Result<Response<types::Reward>, Error>, async",
        "operation::GET_REWARD = getReward GET /v2/rewards repeatable",
        "operation::SERVERS = &[\"https://a.example\"]",
        "types::Alias: alias of Reward",
        "types::Reward.id: RewardId",
        "types::Reward.tags: Vec<BTreeMap<String, i64>> (deprecated)",
        "types::Reward: Default",
        "types::Reward: struct",
        "types::Reward::builder() -> builder::Reward",
        "types::RewardId: opaque string",
        "types::Status: open enum",
        "types::Status::Active = \"ACTIVE\"",
        "types::Status::Empty = \"\"",
    ];
    assert_eq!(lines(&snapshot).into_iter().collect::<Vec<_>>(), expected);
    assert!(snapshot.starts_with("# The public API") && snapshot.ends_with("\n"));
}

#[test]
fn what_is_no_rust_or_not_known_is_refused() {
    for (code, says) in [("pub struct {", "no Rust"), ("crate::closed_enum! { pub enum A {} }", "closed_enum")] {
        let problem = of(code).unwrap_err().to_string();
        assert!(problem.contains(says) && problem.contains("advice"), "{problem}");
    }
}

fn change(owner: &str, leaf: &str, rust: Effect) -> Change {
    Change {
        kind: "test",
        pointer: String::new(),
        location: String::new(),
        places: BTreeSet::new(),
        used_by: Vec::new(),
        rust,
        wire: Effect::None,
        explanation: String::new(),
        guess: false,
        names: vec![(owner.into(), leaf.into())],
    }
}

#[test]
fn what_no_change_accounts_for_is_named() {
    let (old, new) = ("types::Reward.amount: i64\ntypes::Offer.name: String\n", "types::Reward.amount_cents: i64\n");
    let renamed = [change("Reward", "amount", Effect::Breaking), change("Reward", "amount_cents", Effect::Additive)];
    let difference = compare(old, new, &renamed);
    assert_eq!(difference.unexplained, ["- types::Offer.name: String"]);
    assert_eq!(difference.effect(), Effect::Breaking);
    // What only adds does not account for what is gone.
    assert_eq!(compare(old, new, &[change("Reward", "amount", Effect::Additive)]).unexplained.len(), 2);
    assert!(compare(old, old, &[]).is_empty());
    assert_eq!(compare("", "types::A: struct\n", &[]).effect(), Effect::Additive);
    assert_eq!(compare("operation::A = a\n", "", &[]).effect(), Effect::None);
}
