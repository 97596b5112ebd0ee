//! Types of one title, `allOf`, properties of one direction, and schemas that nobody uses.

use serde_json::{Value, json};
use shapes::types::{Animal, Composed, Dog, DogKind};

fn read(value: Value) -> Composed {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

#[test]
fn two_types_of_one_title_keep_their_own_fields() {
    let value = json!({"name": "n", "loan": {"rate": "1.5"}, "card": {"network": "VISA"}});
    let composed = read(value.clone());
    assert_eq!(composed.loan.as_ref().unwrap().rate.as_deref(), Some("1.5"));
    assert_eq!(composed.card.as_ref().unwrap().network.as_deref(), Some("VISA"));
    assert_eq!(serde_json::to_value(&composed).unwrap(), value);
}

#[test]
fn two_schemas_of_one_rust_name_are_two_types() {
    let value = json!({"name": "n", "first_name_apart": {"small": "s"}, "second_name_apart": {"large": "l"}});
    let composed = read(value.clone());
    assert_eq!(composed.first_name_apart.as_ref().unwrap().small.as_deref(), Some("s"));
    assert_eq!(serde_json::to_value(&composed).unwrap(), value);
}

#[test]
fn nothing_is_required_that_only_the_other_direction_has() {
    assert_eq!(read(json!({"name": "n"})).passphrase, None);
    let sent = Composed::builder().name("n").passphrase("p").build().unwrap();
    assert_eq!(serde_json::to_value(sent).unwrap(), json!({"name": "n", "passphrase": "p"}));
    let problem = Composed::builder().build().unwrap_err().to_string();
    assert!(problem.contains("name") && !problem.contains("id") && !problem.contains("passphrase"), "{problem}");
}

#[test]
fn an_extended_base_is_one_object() {
    let dog: Dog = serde_json::from_value(json!({"kind": "DOG", "age": 3, "barks": true})).unwrap();
    assert_eq!((dog.kind, dog.age, dog.barks), (DogKind::Dog, 3, Some(true)));
    assert!(serde_json::from_value::<Dog>(json!({"kind": "DOG"})).is_err(), "the refinement requires the age");
    let animal: Animal = serde_json::from_value(json!({"kind": "CAT"})).unwrap();
    assert_eq!(animal.age, None);
    assert_eq!(read(json!({"name": "n", "described": {"kind": "CAT"}})).described, Some(animal));
}
