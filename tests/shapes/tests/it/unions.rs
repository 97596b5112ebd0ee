//! Unions on the wire: what tells the variants apart decides, what nobody knows is kept, and nothing of it is shown.

use serde_json::{Value, json};
use shapes::types::{
    BankMethod, CardMethod, Method, Only, Pet, Tree, Unions, UnionsFitting, UnionsInferred, UnionsScalar,
};

fn read(value: Value) -> Unions {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

#[test]
fn a_discriminator_decides() {
    for kind in ["card", "debit_card"] {
        let value = json!({"type": kind, "pan": "4111"});
        let method = read(json!({ "method": value })).method.unwrap();
        let (Method::Card(card) | Method::DebitCard(card)) = &method else { panic!("{method:?}") };
        assert_eq!(card.pan.expose(), "4111");
        assert_eq!(serde_json::to_value(method).unwrap(), value);
    }
    let value = json!({"method": {"type": "us_bank", "account_number": "123", "holder": "h"}});
    let unions = read(value.clone());
    assert!(matches!(unions.method, Some(Method::BankMethod(_))), "{unions:?}");
    assert_eq!(serde_json::to_value(unions).unwrap(), value);
}

#[test]
fn a_base_is_read_as_what_its_discriminator_leads_to() {
    let cat = json!({"pet": {"kind": "cat", "name": "Tom", "claws": 18}});
    let unions = read(cat.clone());
    let Some(Pet::Cat(tom)) = &unions.pet else { panic!("{unions:?}") };
    assert_eq!((tom.name.as_str(), tom.claws), ("Tom", Some(18)));
    assert_eq!(serde_json::to_value(unions).unwrap(), cat);
    // No value of the discriminator is given for it, so it is its name.
    let dog = json!({"pet": {"kind": "Hound", "name": "Rex", "tail": "short"}});
    assert!(matches!(read(dog.clone()).pet, Some(Pet::Hound(_))));
    let bird = json!({"pet": {"kind": "bird", "name": "Tweety", "wings": 2}});
    let unions = read(bird.clone());
    // What the base itself says holds for a kind that nobody knows.
    assert!(matches!(&unions.pet, Some(Pet::PetBase(base)) if base.name == "Tweety"), "{unions:?}");
}

#[test]
fn a_new_variant_and_a_changed_one_are_kept_as_they_came() {
    let value = json!({
        "method": {"type": "crypto", "seed": "abandon"},
        "methods": [{"type": "card", "pan": {"last4": "1111"}}, {"type": "us_bank"}, 7],
        "inferred": {"object": "gift", "a": [1, null]},
        "fitting": {"colour": "crimson"},
    });
    let unions = read(value.clone());
    let recognized: Vec<bool> = unions.methods.iter().map(Method::is_recognized).collect();
    assert_eq!(recognized, [false, true, false]);
    let shown = format!("{unions:?}");
    for hidden in ["abandon", "crypto", "1111", "gift", "crimson"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert_eq!(serde_json::to_value(unions).unwrap(), value);
}

#[test]
fn secrets_and_personal_data_within_are_not_shown() {
    let unions = read(json!({
        "method": {"type": "card", "pan": "4111111592341815", "brand": "VISA"},
        "fitting": {"first_name": "Ada", "age": 36},
        "date_of_birth": "1815-12-10",
    }));
    let shown = format!("{unions:?}");
    assert!(shown.contains("VISA") && shown.contains("36"), "{shown}");
    for hidden in ["4111", "Ada", "1815"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn a_constant_of_each_variant_tells_them_apart() {
    let inferred = |value| read(json!({ "inferred": value })).inferred.unwrap();
    assert!(
        matches!(inferred(json!({"object": "fee", "amount": 1})), UnionsInferred::Fee(fee) if fee.amount == Some(1))
    );
    assert!(
        matches!(inferred(json!({"object": "tax", "rate": 0.5})), UnionsInferred::Tax(tax) if tax.rate == Some(0.5))
    );
}

#[test]
fn without_anything_that_tells_them_apart_it_is_what_it_looks_like() {
    let fitting = |value| read(json!({ "fitting": value })).fitting.unwrap();
    assert!(matches!(fitting(json!({"first_name": "Ada"})), UnionsFitting::Person(_)));
    assert!(matches!(fitting(json!({"legal_form": "GmbH", "age": 3})), UnionsFitting::Company(_)));
    for (value, expected) in [(json!("a"), UnionsScalar::from("a".to_owned())), (json!(7), UnionsScalar::from(7))] {
        assert_eq!(read(json!({ "scalar": value })).scalar, Some(expected));
    }
    assert_eq!(read(json!({"scalar": null})).scalar, None);
    let tree = json!({"left": "a", "right": {"left": {"left": "b"}}});
    let read: Tree = serde_json::from_value(tree.clone()).unwrap();
    assert!(read.is_recognized(), "{read:?}");
    assert_eq!(serde_json::to_value(read).unwrap(), tree);
}

#[test]
fn a_variant_is_set_as_it_is_and_the_discriminator_is_written() {
    let card = CardMethod::builder().pan("4111").build().unwrap();
    let bank = BankMethod::builder().holder("h").build().unwrap();
    let unions =
        Unions::builder().method(Method::Card(card)).methods([Method::from(bank)]).scalar(7_i64).build().unwrap();
    let expected = json!({"method": {"type": "card", "pan": "4111"}, "methods": [{"type": "us_bank", "holder": "h"}], "scalar": 7});
    assert_eq!(serde_json::to_value(unions).unwrap(), expected);
}

#[test]
fn a_union_of_one_schema_is_another_name_of_it() {
    let only: Only = read(json!({"only": {"holder": "h"}})).only.unwrap();
    let only: BankMethod = only;
    assert_eq!(only.holder.as_deref(), Some("h"));
    assert_eq!(read(json!({"only": null})).only, None);
}
