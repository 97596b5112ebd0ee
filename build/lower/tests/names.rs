//! The rules that go by names: what is a secret, personal data, a time or an id, and what only looks like one.

use serde_json::json;

use super::{A, Case, ONE, S, at, case, document, json_body, lower, named, object, operation};

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "mark secrets",
            named("ssn", json!({"type": "string", "minLength": 9, "example": "x"})),
            format!("{S}/properties/ssn"),
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "mark secrets",
            named("clientSecret", json!({"type": "string"})),
            format!("{S}/properties/clientSecret/format"),
            json!("password"),
        ),
        case(
            "mark secrets",
            object(json!({"type": "string", "x-imprint-secret": true})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "mark secrets",
            document(json!({"Key": {"type": "object", "properties": {"key": {"type": "string"}}}}), json!({})),
            "/components/schemas/Key/properties/key/format",
            json!("password"),
        ),
        case(
            "mark personal data",
            named("email", json!({"type": "string", "description": "d"})),
            format!("{S}/properties/email"),
            json!({"type": "string", "format": "personal", "description": "d"}),
        ),
        case(
            "mark personal data",
            document(
                json!({
                    "Born": {"type": "object", "properties": {"year": {"type": "integer"}}},
                    "S": {"type": "object", "properties": {"date_of_birth": {"$ref": "#/components/schemas/Born"}}},
                }),
                json!({}),
            ),
            "/components/schemas/Born/properties/year",
            json!({"type": "integer", "format": "personal"}),
        ),
        case(
            "mark personal data",
            named("address", json!({"type": "object", "properties": {"block": {"type": "string"}}})),
            format!("{S}/properties/address/properties/block/format"),
            json!("personal"),
        ),
        case(
            "mark timestamps",
            named("created_at", json!({"type": "string"})),
            format!("{S}/properties/created_at/format"),
            json!("date-time"),
        ),
        case(
            "mark timestamps",
            object(json!({"type": "string", "format": "date-time", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "date-time"}),
        ),
        case(
            "mark secrets",
            object(json!({"type": "string", "format": "password", "x-foo": 1})),
            A,
            json!({"type": "string", "format": "password"}),
        ),
        case(
            "name ids",
            named("order_id", json!({"type": "string"})),
            format!("{S}/properties/order_id"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "name ids",
            named("order_ids", json!({"type": "array", "items": {"type": "string"}})),
            format!("{S}/properties/order_ids/items"),
            json!({"$ref": "#/components/schemas/OrderId"}),
        ),
        case(
            "name ids",
            named("id", json!({"type": "string"})),
            format!("{S}/properties/id"),
            json!({"$ref": "#/components/schemas/SId"}),
        ),
        case(
            "name ids",
            object(json!({"type": "string", "x-imprint-id": "ThingId"})),
            A,
            json!({"$ref": "#/components/schemas/ThingId"}),
        ),
        case(
            "name ids",
            operation(json!({"parameters": [{"name": "reward_id", "in": "query", "schema": {"type": "string"}}]})),
            format!("{ONE}/parameters/0/schema"),
            json!({"$ref": "#/components/schemas/RewardId"}),
        ),
    ]
}

#[test]
fn get_of_one_names_the_id_of_what_it_answers() {
    let document = document(
        json!({"S": {"type": "object", "properties": {"id": {"type": "string"}}}}),
        json!({"/things/{thing_id}": {"get": {
            "operationId": "getThing",
            "parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": json_body(json!({"$ref": "#/components/schemas/S"}))},
        }}}),
    );
    let lowered = lower(document).unwrap();
    assert_eq!(at(&lowered, &format!("{S}/properties/id")), json!({"$ref": "#/components/schemas/ThingId"}));
}

#[test]
fn a_token_of_a_page_is_no_secret() {
    for name in ["page_token", "nextPageToken", "continuation-token"] {
        let parameter = json!({"name": name, "in": "query", "schema": {"type": "string"}});
        let lowered = lower(operation(json!({ "parameters": [parameter] }))).unwrap();
        assert!(lowered.marks.secrets.is_empty(), "{name}");
    }
    assert_eq!(lower(named("access_token", json!({"type": "string"}))).unwrap().marks.secrets.len(), 1);
}

#[test]
fn a_mark_can_take_a_name_out_of_the_rules() {
    let mut document = named("ssn", json!({"type": "string", "x-imprint-secret": false}));
    document["components"]["schemas"]["S"]["properties"]["city"] =
        json!({"type": "string", "x-imprint-personal": false});
    let lowered = lower(document).unwrap();
    assert!(lowered.marks.secrets.is_empty() && lowered.marks.personal.is_empty());
}

#[test]
fn merchant_data_is_personal_only_where_it_shares_a_personal_schema() {
    let lowered = lower(document(
        json!({"Merchant": {"type": "object", "properties": {"name": {"type": "string"}, "category": {"type": "string"}}}}),
        json!({}),
    ))
    .unwrap();
    assert!(lowered.marks.personal.is_empty());
}
