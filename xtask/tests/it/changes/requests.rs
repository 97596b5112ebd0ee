//! Changes of where operations are called, how often, with which parameters, and of what stands beside them.

use serde_json::{Value, json};
use xtask::diff::{Comparison, compare};

use super::{A, B, Case, D, N, case, compared, operation, push, remove, rename, told};
use crate::frozen;

const GET_OFFER: &str = "getOffer (GET /v2/offers)";

/// Each operation.
fn every(document: &mut Value, edit: impl Fn(&mut Value)) {
    let items = document["paths"].as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut);
    items.flatten().for_each(|(_, operation)| edit(operation));
}

pub const CASES: &[Case] = &[
    case(
        "an id is at another endpoint, and another id at the old one",
        |d| {
            let reward = &mut d["paths"]["/v2/rewards/{reward_id}"];
            reward["put"] = reward["patch"].clone();
            reward["patch"]["operationId"] = json!("amendReward");
        },
        "patch",
        &[
            ("endpoint moved", "patchReward (PUT /v2/rewards/{reward_id})", N, B),
            ("repeatable now", "repetition of patchReward", D, A),
            ("operation added", "amendReward (PATCH /v2/rewards/{reward_id})", A, A),
        ],
    ),
    case(
        "a PUT becomes a POST",
        |d| rename(&mut d["paths"]["/v2/orders/{order_id}"], "put", "post"),
        "patch",
        &[
            ("endpoint moved", "putOrder (POST /v2/orders/{order_id})", N, B),
            ("no longer repeatable", "repetition of putOrder", D, B),
        ],
    ),
    case(
        "an idempotency key",
        |d| {
            let key = json!([{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}]);
            operation(d, "/v2/orders", "post")["parameters"] = key;
        },
        "patch",
        &[
            ("parameter added", "header parameter `Idempotency-Key` of createOrder", A, A),
            ("repeatable now", "repetition of createOrder", D, A),
        ],
    ),
    case(
        "an operation at a server of its own",
        |d| operation(d, "/v2/offers", "get")["servers"] = json!([{"url": "https://offers.example"}]),
        "patch",
        &[("servers changed", "servers of getOffer", N, B)],
    ),
    case(
        "a path at a server of its own",
        |d| {
            d["paths"]["/v2/orders/{order_id}"]["servers"] = json!([{"url": "https://orders.example"}]);
            d["paths"]["/v2/orders/{order_id}"]["summary"] = json!("Orders");
        },
        "patch",
        &[("servers changed", "servers of 2 operations", N, B)],
    ),
    case(
        "an operation repeats the servers of the document",
        |d| operation(d, "/v2/offers", "get")["servers"] = d["servers"].clone(),
        "patch",
        &[("servers changed", "servers of getOffer", N, D)],
    ),
    case(
        "a slash at the end of a server",
        |d| d["servers"][0]["url"] = json!(format!("{}/", d["servers"][0]["url"].as_str().unwrap())),
        "patch",
        &[],
    ),
    case(
        "the default of a parameter that seven operations share",
        |d| d["components"]["parameters"]["limitParam"]["schema"]["default"] = json!(25),
        "patch",
        &[("default changed", "query parameter `limit` of 7 operations", N, B)],
    ),
    case(
        "a header of every operation",
        |d| {
            let header = json!({"name": "X-Colour", "in": "header", "required": true, "schema": {"type": "string"}});
            every(d, |operation| {
                if operation["parameters"].is_null() {
                    operation["parameters"] = json!([]);
                }
                push(&mut operation["parameters"], header.clone());
            });
        },
        "minor",
        &[("required parameter added", "header parameter `X-Colour` of 36 operations", B, B)],
    ),
    case(
        "headers that the client sets",
        |d| {
            for name in ["Authorization", "accept"] {
                let header = json!({"name": name, "in": "header", "required": true, "schema": {"type": "string"}});
                push(&mut operation(d, "/v2/offers", "get")["parameters"], header);
            }
        },
        "patch",
        &[
            ("header of the client changed", "header parameter `Authorization` of getOffer", N, D),
            ("header of the client changed", "header parameter `accept` of getOffer", N, D),
        ],
    ),
    case(
        "how a single value is written",
        |d| {
            let parameter = &mut operation(d, "/v2/offers", "get")["parameters"][0];
            parameter["style"] = json!("pipeDelimited");
            parameter["allowReserved"] = json!(true);
            parameter["allowEmptyValue"] = json!(true);
        },
        "patch",
        &[
            ("serialization described otherwise", "query parameter `partner_customer_id` of getOffer", N, D),
            ("reserved characters", "query parameter `partner_customer_id` of getOffer", N, D),
            ("keyword changed", "query parameter `partner_customer_id` of getOffer", N, D),
        ],
    ),
    case(
        "scopes",
        |d| d["security"] = json!([{"basicAuth": []}, {"bearerAuth": ["read"]}]),
        "patch",
        &[("security changed", "security", N, B)],
    ),
    case(
        "a security scheme that nothing uses",
        |d| d["components"]["securitySchemes"]["mtls"] = json!({"type": "mutualTLS", "description": "Certificates."}),
        "patch",
        &[("security scheme added", "security scheme mtls", N, D)],
    ),
    case(
        "components that nothing uses",
        |d| {
            let parameters = &mut d["components"]["parameters"];
            parameters["emailParam"]["required"] = json!(true);
            remove(parameters, "minAmountParam");
            d["components"]["responses"]["Unused"] = json!({"description": "d"});
        },
        "patch",
        &[("document changed", "components/parameters", N, D), ("document changed", "components/responses", N, D)],
    ),
    case(
        "other keywords of operations and bodies",
        |d| {
            operation(d, "/v2/offers", "get")["callbacks"] = json!({"done": {}});
            operation(d, "/v2/orders", "post")["requestBody"]["x-unit"] = json!("cents");
        },
        "patch",
        &[("keyword changed", GET_OFFER, N, D), ("extensions changed", "request of createOrder", N, D)],
    ),
];

#[test]
fn an_operation_that_is_called_otherwise_has_its_new_name() {
    let said = |mutate: &dyn Fn(&mut Value)| told(mutate, "operationId changed");
    assert_eq!(
        said(&|d| operation(d, "/v2/offers", "get")["operationId"] = json!("retrieveOffer")),
        "it is `retrieveOffer` now: the method and the builder have another name"
    );
    assert_eq!(
        said(&|d| drop(remove(operation(d, "/v2/offers", "get"), "operationId"))),
        "it has no operationId any more: the method and the builder are named after its path, `getV2Offers` now"
    );
}

/// What is told of two lists of parameters of the same operation.
fn between(old: Value, new: Value) -> Vec<(&'static str, String, super::Effect, super::Effect)> {
    let [old, new] = [old, new].map(|parameters| {
        let mut document = frozen::corrected();
        operation(&mut document, "/v2/orders/{order_id}", "put")["parameters"] = parameters;
        document
    });
    let changes = compare(&old, &new).unwrap().changes;
    changes.into_iter().map(|change| (change.kind, change.location, change.rust, change.wire)).collect()
}

fn parameter(place: &str, name: &str) -> Value {
    json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}})
}

#[test]
fn parameters_are_told_apart_by_their_place_and_name() {
    let id = parameter("path", "order_id");
    let at = |name: &str| format!("{name} of putOrder");
    let with = |more: Value| json!([id, more]);
    let (query, header) = (parameter("query", "order_id"), parameter("header", "X-Colour"));
    assert_eq!(
        between(json!([id]), with(query.clone())),
        [("parameter added", at("query parameter `order_id`"), A, A)]
    );
    let mut required = query.clone();
    required["required"] = json!(true);
    assert_eq!(
        between(with(query.clone()), with(required)),
        [("parameter became required", at("query parameter `order_id`"), B, B)]
    );
    // The names of headers have no case, and those of setters are made of them.
    assert_eq!(between(with(header.clone()), with(parameter("header", "x-colour"))), []);
    assert_eq!(
        between(with(header.clone()), with(parameter("header", "XColour"))),
        [("parameter renamed", at("header parameter `X-Colour`"), B, B)]
    );
    assert_eq!(
        between(with(parameter("header", "XColour")), with(parameter("header", "Xcolour"))),
        [("parameter renamed", at("header parameter `XColour`"), B, N)]
    );
    assert_eq!(
        between(with(parameter("query", "X-Colour")), with(header)),
        [("parameter moved", at("header parameter `X-Colour`"), N, B)]
    );
    // No name is like another by its place.
    assert_eq!(
        between(with(parameter("query", "ab")), with(parameter("query", "yz"))),
        [
            ("parameter removed", at("query parameter `ab`"), B, B),
            ("parameter added", at("query parameter `yz`"), A, A)
        ]
    );
}

#[test]
fn a_parameter_that_is_renamed_is_compared_further() {
    let id = parameter("path", "order_id");
    let mut now = parameter("query", "colours");
    now["required"] = json!(true);
    assert_eq!(
        between(json!([id, parameter("query", "colour")]), json!([id, now]))
            .iter()
            .map(|told| told.0)
            .collect::<Vec<_>>(),
        ["parameter renamed", "parameter became required"]
    );
}

#[test]
fn a_cookie_has_no_setter() {
    let id = parameter("path", "order_id");
    let (one, none) = (json!([id, parameter("cookie", "session")]), json!([id]));
    let told = |old: &Value, new: &Value, wire| {
        let expected = ("cookie changed", "cookie parameter `session` of putOrder".to_string(), N, wire);
        assert_eq!(between(old.clone(), new.clone()), [expected]);
    };
    told(&none, &one, D);
    told(&one, &none, D);
    let mut required = one.clone();
    required[1]["required"] = json!(true);
    told(&one, &required, B);
}

#[test]
fn a_body_that_may_be_left_out_is_sent_as_the_generator_says() {
    let with = |method: &'static str, media: &str, required: bool| {
        let mut document = frozen::corrected();
        let orders = &mut document["paths"]["/v2/orders/{order_id}"];
        let schema = json!({"type": "object", "properties": {"note": {"type": "string"}}});
        orders[method]["requestBody"] = json!({"required": required, "content": {media: {"schema": schema}}});
        document
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let (refused, none) =
        ("calls that set nothing of it are refused before they are sent", "calls that set nothing of it send none");
    let empty = "the client sends `{}` if nothing is set, before and now";
    for (method, media, [required, optional], [refused, none]) in [
        ("put", form, [B, A], [refused, none]),
        ("delete", json, [B, A], [refused, none]),
        ("put", json, [N, N], [empty, empty]),
    ] {
        let (old, new) = (with(method, media, false), with(method, media, true));
        for (old, new, kind, rust, wire, why) in [
            (&old, &new, "body became required", required, B, refused),
            (&new, &old, "body became optional", optional, A, none),
        ] {
            let changes = compare(old, new).unwrap().changes;
            let [change] = &changes[..] else { panic!("{changes:#?}") };
            assert_eq!((change.kind, change.rust, change.wire), (kind, rust, wire), "{method} {media}");
            assert_eq!(change.explanation, why, "{method} {media}");
        }
    }
}

#[test]
fn how_the_properties_of_a_form_are_written_is_compared_by_what_is_sent() {
    let with = |media: &str, encoding: Value| {
        let mut document = frozen::corrected();
        let address = json!({"type": "object", "properties": {"city": {"type": "string"}}});
        let tags = json!({"type": "array", "items": {"type": "string"}});
        let properties = json!({"tags": tags, "address": address, "note": {"type": "string"}});
        let content = json!({media: {"schema": {"type": "object", "properties": properties}, "encoding": encoding}});
        operation(&mut document, "/v2/orders/{order_id}", "put")["requestBody"] = json!({"content": content});
        document
    };
    let (form, parts) = ("application/x-www-form-urlencoded", "multipart/form-data");
    for (media, encoding, kind, wire, why) in [
        (form, json!({"tags": {"style": "form"}}), "serialization described otherwise", D, "as `tags=1&tags=2`"),
        (
            form,
            json!({"tags": {"style": "form", "explode": false}}),
            "serialization changed",
            B,
            "`tags` was sent as `tags=1&tags=2` and is sent as `tags=1,2`",
        ),
        (form, json!({"address": {"contentType": "application/json"}}), "serialization changed", B, "sent as `JSON`"),
        (form, json!({"note": {"style": "pipeDelimited"}}), "serialization described otherwise", D, "as `note=1`"),
        (
            parts,
            json!({"address": {"contentType": "application/json"}}),
            "serialization described otherwise",
            D,
            "JSON",
        ),
        (parts, json!({"tags": {"style": "pipeDelimited"}}), "serialization changed", B, "the client cannot do that"),
    ] {
        let changes = compare(&with(media, json!({})), &with(media, encoding)).unwrap().changes;
        let [change] = &changes[..] else { panic!("{changes:#?}") };
        assert_eq!((change.kind, change.rust, change.wire), (kind, N, wire), "{change:#?}");
        assert!(change.explanation.contains(why), "{change:#?}");
    }
}

#[test]
fn path_items_of_components_are_compared_as_those_of_paths() {
    let with = |edit: fn(&mut Value)| {
        let mut document = frozen::corrected();
        let item = document["paths"]["/v2/offers"].take();
        document["paths"]["/v2/offers"] = json!({"$ref": "#/components/pathItems/Offers"});
        document["components"]["pathItems"] = json!({"Offers": item, "Unused": {"summary": "Nothing."}});
        document["components"]["pathItems"]["Offers"]["get"]["security"] = json!([{"mtls": []}]);
        document["components"]["securitySchemes"]["mtls"] = json!({"type": "mutualTLS"});
        edit(&mut document);
        document
    };
    let told = |edit: fn(&mut Value)| -> Vec<_> {
        let changes = compare(&with(|_| {}), &with(edit)).unwrap().changes;
        changes.into_iter().map(|change| (change.kind, change.location, change.wire)).collect()
    };
    assert_eq!(
        told(|d| d["components"]["pathItems"]["Offers"]["get"]["parameters"][0]["required"] = json!(true)),
        [("parameter became required", "query parameter `partner_customer_id` of getOffer".to_string(), B)]
    );
    assert_eq!(
        told(|d| d["components"]["pathItems"]["Unused"]["trace"] = json!({"responses": {}})),
        [("document changed", "components/pathItems".to_string(), D)]
    );
    assert_eq!(
        told(|d| d["components"]["securitySchemes"]["mtls"]["type"] = json!("http")),
        [("security scheme changed", "security scheme mtls".to_string(), B)]
    );
}

#[test]
fn two_operations_that_swap_their_ids_are_two_other_calls() {
    let changes = compared(&|d| {
        operation(d, "/v2/orders/{order_id}", "put")["operationId"] = json!("deleteOrder");
        operation(d, "/v2/orders/{order_id}", "delete")["operationId"] = json!("putOrder");
    })
    .changes;
    let moved: Vec<_> = changes.iter().filter(|c| c.kind == "endpoint moved").map(|c| c.location.as_str()).collect();
    assert_eq!(moved.len(), 2, "{changes:#?}");
    assert!(moved.contains(&"putOrder (DELETE /v2/orders/{order_id})"), "{changes:#?}");
    assert!(!changes.iter().any(|change| change.kind == "operationId changed"), "{changes:#?}");
}

#[test]
fn how_a_list_is_written_in_a_query_depends_on_defaults() {
    let with = |style: Value, explode: Value| {
        let mut document = frozen::corrected();
        let parameter = &mut operation(&mut document, "/v2/offers", "get")["parameters"][0];
        parameter["schema"] = json!({"type": "array", "items": {"type": "string"}});
        for (key, value) in [("style", style), ("explode", explode)] {
            if !value.is_null() {
                parameter[key] = value;
            }
        }
        document
    };
    let none = Value::Null;
    let plain = with(none.clone(), none.clone());
    let changes = compare(&plain, &with(none.clone(), json!(false))).unwrap().changes;
    assert_eq!((changes[0].kind, changes[0].rust, changes[0].wire), ("serialization changed", N, B));
    assert_eq!(
        changes[0].explanation,
        "it was sent as `partner_customer_id=1&partner_customer_id=2` and is sent as `partner_customer_id=1,2`"
    );
    let changes = compare(&plain, &with(json!("form"), json!(true))).unwrap().changes;
    assert_eq!((changes[0].kind, changes[0].wire), ("serialization described otherwise", D));
}

#[test]
fn the_variables_of_servers_are_part_of_their_urls() {
    let at = |host: &str| {
        let mut document = frozen::corrected();
        document["servers"] = json!([{"url": "https://{host}/v2", "variables": {"host": {"default": host}}}]);
        document
    };
    let kinds: Vec<_> = compare(&at("a.example"), &at("b.example")).unwrap().changes.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, ["server removed", "server added"]);
}

#[test]
fn every_difference_that_is_not_told_is_counted() {
    type Mutation = fn(&mut Value);
    let mutations: [(&str, Mutation); 7] = [
        ("a component that nothing uses", |d| d["components"]["parameters"]["emailParam"]["description"] = json!("d")),
        ("what nothing reads", |d| d["paths"]["x-note"] = json!("internal")),
        ("tags", |d| operation(d, "/v2/offers", "get")["tags"] = json!(["Everything"])),
        ("examples of a body", |d| {
            let content = &mut operation(d, "/v2/orders", "post")["requestBody"]["content"];
            content["application/json"]["examples"] = json!({"a": {"value": {}}});
        }),
        ("summary of a path", |d| d["paths"]["/v2/offers"]["summary"] = json!("Offers")),
        ("a slash", |d| d["servers"][0]["url"] = json!("https://dev.sbx.imprint.co/")),
        ("a character set", |d| {
            let content = &mut operation(d, "/v2/orders", "post")["requestBody"]["content"];
            rename(content, "application/json", "application/json; charset=utf-8");
        }),
    ];
    for (name, mutate) in mutations {
        let Comparison { changes, prose } = compared(&mutate);
        assert_eq!((changes.len(), prose.len()), (0, 1), "{name}: {changes:#?} {prose:#?}");
    }
}
