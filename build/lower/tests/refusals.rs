//! What the rules refuse, and what they say then.

use serde_json::{Value, json};

use super::{A, S, document, json_body, lower, lower_with, named, object, operation, schema};

/// A document that stops the build, and what the message has to say.
pub struct Refusal {
    pub rule: &'static str,
    document: Value,
    operation: Option<&'static str>,
    place: &'static str,
    says: &'static str,
}

/// An object with this property, beside a schema `Kind` of one value.
pub fn shared_enum(property: Value) -> Value {
    let kind = json!({"type": "string", "enum": ["X"]});
    document(json!({"Kind": kind, "S": {"type": "object", "properties": {"a": property}}}), json!({}))
}

pub fn refusals() -> Vec<Refusal> {
    let refuse = |rule, document, operation, place, says| Refusal { rule, document, operation, place, says };
    let parameter = |parameter: Value| operation(json!({ "parameters": [parameter] }));
    let on_path = |path: &str, parameters: Value| {
        let responses = json!({"200": {"description": "d"}});
        let get = json!({"operationId": "one", "parameters": parameters, "responses": responses});
        document(json!({}), json!({path: {"get": get}}))
    };
    let in_schema = |keyword: &str, value: Value| object(json!({"type": "object", keyword: value}));
    let mut refused = vec![
        refuse("check the version", json!({"openapi": "2.0"}), None, "/openapi", "`openapi: 2.0`"),
        refuse("check the version", json!({"swagger": "2.0"}), None, "/swagger", "`swagger: 2.0`"),
        refuse("check the version", json!({"paths": {}}), None, "/openapi", "says no version"),
        refuse(
            "inline components",
            parameter(json!({"$ref": "#/components/parameters/Gone"})),
            Some("one"),
            "/paths/~1one/get/parameters/0/$ref",
            "does not resolve",
        ),
        refuse(
            "require nothing of events",
            {
                let part = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
                let object = json!({"type": "string", "enum": ["E"]});
                let properties = json!({"object": object, "data": {"$ref": "#/components/schemas/Part"}});
                let payload = json!({"type": "object", "properties": properties});
                let mut document = document(json!({"Part": part, "event_part": part, "P": payload}), json!({}));
                document["webhooks"] = json!({"E": {"post": {"operationId": "h", "requestBody": json_body(json!({"$ref": "#/components/schemas/P"}))}}});
                document
            },
            None,
            "/components/schemas/EventPart",
            "the copy of `Part` for events would have the name",
        ),
        refuse(
            "share enums",
            object(json!({"type": "string", "enum": ["A"], "x-imprint-enum": "Gone"})),
            None,
            A,
            "names no schema with a list of values",
        ),
        refuse(
            "share enums",
            shared_enum(json!({"type": "string", "x-imprint-enum": "Kind"})),
            None,
            A,
            "a place without a list of values",
        ),
        refuse(
            "share enums",
            shared_enum(json!({"type": "string", "enum": ["X", "Y"], "x-imprint-enum": "Kind"})),
            None,
            A,
            "\"Y\" is listed here and is not a value of `Kind`",
        ),
        refuse(
            "refuse unresolved references",
            object(json!({"$ref": "other.yaml#/X"})),
            None,
            A,
            "does not resolve to a named schema",
        ),
        refuse("refuse unsupported forms", object(json!(false)), None, A, "not a map"),
        refuse(
            "refuse unsupported forms",
            object(json!({"type": "date"})),
            None,
            A,
            "`type: \"date\"` is none of the types",
        ),
        refuse(
            "refuse unsupported operations",
            on_path("/{name=projects/*}", json!([])),
            Some("one"),
            "/paths/~1{name=projects~1*}/get",
            "`{name=projects/*}` in the path is a pattern",
        ),
        refuse(
            "refuse unsupported operations",
            on_path("one", json!([])),
            Some("one"),
            "/paths/one/get",
            "does not begin with a slash",
        ),
        // At the place that the document has, whatever the status and the media type.
        refuse(
            "refuse unsupported forms",
            operation(
                json!({"responses": {"201": {"description": "d", "content": {"application/a+json": {"schema": {"type": "any"}}}}}}),
            ),
            Some("one"),
            "/paths/~1one/get/responses/201/content/application~1a+json/schema",
            "`type: \"any\"`",
        ),
        refuse(
            "refuse unsupported forms",
            operation(json!({
                "requestBody": {"content": {"application/a+json": {"schema": {"type": "any"}}}},
                "responses": {"200": json_body(json!({"type": "string"})), "201": json_body(json!({"type": "integer"}))},
            })),
            Some("one"),
            "/paths/~1one/get/requestBody/content/application~1a+json/schema",
            "`type: \"any\"`",
        ),
        refuse(
            "refuse unsupported forms",
            operation(
                json!({"responses": {"200": json_body(json!({"type": "string"})), "201": json_body(json!({"type": "any"}))}}),
            ),
            Some("one"),
            "/paths/~1one/get/responses/201/content/application~1json/schema",
            "`type: \"any\"`",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "b", "in": "body", "schema": {"type": "object"}})),
            Some("one"),
            "/parameters/0",
            "`in: body`, which is of Swagger 2.0",
        ),
        refuse(
            "settle unions",
            object(json!({"oneOf": [{"type": "string"}, {"type": "object"}], "enum": ["X"]})),
            None,
            A,
            "both to hold",
        ),
        refuse(
            "settle unions",
            schema(json!({"oneOf": [{"$ref": "#/components/schemas/S"}, {"type": "string"}]})),
            None,
            S,
            "a union that contains itself",
        ),
        refuse(
            "refuse contradictions in allOf",
            document(
                json!({
                    "B": {"type": "object", "properties": {"a": {"type": "string"}}},
                    "S": {"allOf": [{"$ref": "#/components/schemas/B"}, {"properties": {"a": {"type": "integer"}}}]},
                }),
                json!({}),
            ),
            None,
            "/components/schemas/S/allOf/1/properties/a/type",
            "`type` is \"integer\" here and \"string\" at /components/schemas/B/properties/a/type",
        ),
        refuse(
            "refuse contradictions in allOf",
            schema(
                json!({"allOf": [{"$ref": "#/components/schemas/S"}, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
            ),
            None,
            S,
            "`S` is made of itself",
        ),
        refuse("refuse unsupported forms", object(json!({"const": {"a": 1}})), None, A, "no scalar"),
        refuse("refuse unsupported forms", object(json!({"enum": []})), None, A, "without values"),
        refuse(
            "reduce what stands beside references",
            object(json!({"$ref": "#/components/schemas/S", "type": "string"})),
            None,
            A,
            "`type` beside `$ref`",
        ),
        refuse(
            "resolve aliases",
            schema(json!({"allOf": [{"$ref": "#/components/schemas/S"}]})),
            None,
            S,
            "only a reference to itself",
        ),
        refuse(
            "write out plain names",
            schema(json!({"type": "array", "items": {"$ref": "#/components/schemas/S"}})),
            None,
            S,
            "contains only itself",
        ),
        refuse(
            "mark secrets",
            parameter(json!({"name": "ssn", "in": "query", "schema": {"type": "string"}})),
            Some("one"),
            "/paths/~1one/get/parameters/0/schema",
            "a secret in a URL",
        ),
        refuse(
            "mark secrets",
            named("ssn", json!({"type": "integer"})),
            None,
            "/components/schemas/S/properties/ssn",
            "no string",
        ),
        refuse("name ids", object(json!({"type": "integer", "x-imprint-id": "XId"})), None, A, "no plain string"),
        refuse(
            "name ids",
            document(
                json!({"OrderId": {"type": "object", "properties": {"x": {"type": "string"}}}, "S": {"type": "object", "properties": {"order_id": {"type": "string"}}}}),
                json!({}),
            ),
            None,
            "/components/schemas/S/properties/order_id",
            "would be called OrderId",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "c", "in": "cookie", "required": true, "schema": {"type": "string"}})),
            Some("one"),
            "/parameters/0",
            "neither in the path nor in the query nor a header",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "q", "in": "query"})),
            Some("one"),
            "/parameters/0",
            "no schema",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "q", "in": "query", "style": "deepObject", "schema": {"type": "string"}})),
            Some("one"),
            "/parameters/0",
            "style",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "p", "in": "path", "required": true, "schema": {"type": "string"}})),
            Some("one"),
            "/parameters",
            "is not in the path",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(json!({"name": "q", "in": "query", "content": {"text/plain": {"schema": {"type": "string"}}}})),
            Some("one"),
            "/parameters/0",
            "no schema",
        ),
        refuse(
            "refuse unsupported operations",
            parameter(
                json!({"name": "h", "in": "header", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}),
            ),
            Some("one"),
            "/parameters/0",
            "an object in a header",
        ),
        refuse(
            "refuse unsupported operations",
            on_path(
                "/one/{p}",
                json!([{"name": "p", "in": "path", "required": true, "schema": {"type": "array", "items": {"type": "string"}}}]),
            ),
            Some("one"),
            "/parameters/0",
            "a list or an object in the path",
        ),
        refuse(
            "refuse unsupported operations",
            on_path("/one/{p}{q}", json!([])),
            Some("one"),
            "/paths/~1one~1{p}{q}/get",
            "nothing stands between `{p}` and `{q}`",
        ),
        refuse(
            "refuse unsupported operations",
            on_path("/one/{p", json!([])),
            Some("one"),
            "/paths/~1one~1{p/get",
            "braces",
        ),
        refuse(
            "refuse unsupported operations",
            on_path("/one?a=b", json!([])),
            Some("one"),
            "/paths/~1one?a=b/get",
            "holds a query",
        ),
        refuse(
            "refuse unsupported operations",
            document(
                json!({}),
                json!({"/one": {"get": {"operationId": "keep", "responses": {"200": {"description": "d"}}}}}),
            ),
            Some("keep"),
            "/operationId",
            "is taken by",
        ),
        refuse(
            "inline components",
            {
                let mut document = operation(json!({}));
                document["paths"]["/two"] = json!({"$ref": "two.yaml#/item"});
                document
            },
            None,
            "/paths/~1two/$ref",
            "the path item `two.yaml#/item` does not resolve",
        ),
        refuse(
            "inline components",
            {
                let mut document = operation(json!({}));
                let of_two = json!({"operationId": "two", "responses": {"200": {"description": "d"}}});
                document["paths"]["/two"] = json!({"$ref": "#/paths/~1one", "get": of_two});
                document
            },
            None,
            "/paths/~1two/get",
            "contradicts",
        ),
    ];
    // A condition that describes what the schema itself does not.
    let more = json!({"properties": {"b": {"type": "string"}}});
    for (keyword, value) in [
        ("$dynamicRef", json!({})),
        ("dependentSchemas", json!({ "x": more })),
        ("else", more.clone()),
        ("then", more),
        ("unevaluatedItems", json!({})),
        ("unevaluatedProperties", json!({})),
    ] {
        refused.push(refuse("refuse unsupported forms", in_schema(keyword, value), None, A, "is not supported"));
    }
    refused
}

#[test]
fn what_cannot_be_lowered_stops_with_operation_place_and_advice() {
    for refusal in refusals() {
        let label = format!("{} ({})", refusal.rule, refusal.says);
        let problem = match lower(refusal.document.clone()) {
            Ok(_) => panic!("{label}: nothing was refused"),
            Err(problem) => problem,
        };
        assert_eq!(problem.operation.as_deref(), refusal.operation, "{label}: {problem}");
        assert!(problem.place.contains(refusal.place), "{label}: {problem}");
        assert!(problem.message.contains(refusal.says), "{label}: {problem}");
        assert!(!problem.advice.is_empty(), "{label}");
        if let Err(other) = lower_with(refusal.document, &|name| name != refusal.rule) {
            assert_ne!(other, problem, "{label}: refused without its rule");
        }
    }
}
