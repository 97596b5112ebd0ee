//! The rules about operations: what parameters, bodies, answers, path items and webhooks become.

use serde_json::{Value, json};

use super::{Case, ONE, case, document, json_body, operation, webhooks};

pub fn cases() -> Vec<Case> {
    let shared_error =
        json!({"E": {"type": "object", "properties": {"type": {"type": "string", "example": "E_CODE"}}}});
    let three_errors = json!({
        "200": json_body(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
        "400": json_body(json!({"$ref": "#/components/schemas/E"})),
        "404": json_body(json!({"type": "object", "properties": {"b": {"type": "string"}}})),
        "409": json_body(json!({"type": "object", "properties": {"c": {"type": "string"}}})),
        "default": {"description": "d"},
    });
    let mut components = operation(json!({
        "parameters": [{"name": "limit", "$ref": "#/components/parameters/Limit"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
    }));
    components["components"]["parameters"] =
        json!({"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}});
    components["components"]["requestBodies"] = json!({"B": json_body(json!({"type": "object"}))});
    let mut spread = operation(json!({}));
    spread["paths"]["/one"]["parameters"] = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
    let mut path_item = operation(json!({}));
    let ok = json!({"200": {"description": "d"}});
    let q = json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]);
    path_item["components"]["pathItems"] =
        json!({"I": {"parameters": q, "get": {"operationId": "ofItem", "responses": ok}}});
    path_item["paths"]["/two"] = json!({"$ref": "#/components/pathItems/I"});
    path_item["paths"]["/three"] = json!({"get": {"responses": ok}});
    path_item["paths"]["/four"] = json!({"$ref": "#/paths/~1one", "summary": "s"});
    let mut without_id = operation(json!({}));
    without_id["paths"]["/v1/things/{thing_id}"] = json!({
        "parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "get": {"responses": ok},
        "put": {"operationId": "get_v1_things_by_thing_id", "responses": ok},
    });
    let webhooks = webhooks();
    let mut inline_payload = webhooks.clone();
    let payload = json!({"type": "object", "properties": {"type": {"type": "string", "enum": ["E"]}}});
    inline_payload["webhooks"]["E"]["post"]["requestBody"] = json_body(payload);
    let twice = document(
        json!({}),
        json!({"/twice": {"get": {"operationId": "g", "responses": ok}, "head": {"operationId": "g", "responses": ok}}}),
    );
    let undeclared = document(json!({}), json!({"/things/{name}": {"get": {"operationId": "g", "responses": ok}}}));
    let mut errors = operation(json!({ "responses": three_errors }));
    errors["components"]["schemas"] = shared_error;
    vec![
        case("inline components", components.clone(), format!("{ONE}/parameters/0/name"), json!("limit")),
        case(
            "inline components",
            components,
            format!("{ONE}/requestBody/content/application~1json/schema/type"),
            json!("object"),
        ),
        case("inline components", spread, format!("{ONE}/parameters/0/name"), json!("q")),
        case("inline components", path_item.clone(), "/paths/~1two/get/operationId", json!("ofItem")),
        case("inline components", path_item.clone(), "/paths/~1two/get/parameters/0/name", json!("q")),
        case("inline components", path_item.clone(), "/paths/~1four/get/operationId", json!("getFour")),
        case("name operations without an id", path_item, "/paths/~1three/get/operationId", json!("getThree")),
        case(
            "name operations without an id",
            without_id,
            "/paths/~1v1~1things~1{thing_id}/get/operationId",
            json!("getV1ThingsByThingId2"),
        ),
        case("name operations without an id", twice, "/paths/~1twice/head/operationId", json!("headTwice")),
        case(
            "declare the parameters of paths",
            undeclared,
            "/paths/~1things~1{name}/get/parameters",
            json!([{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}]),
        ),
        case("name the payloads of webhooks", inline_payload, "/components/schemas/EPayload/type", json!("object")),
        case(
            "give parameters with content a schema",
            operation(json!({"parameters": [
                {"name": "q", "in": "query", "content": {"application/json": {"schema": {"type": "integer"}}}},
            ]})),
            format!("{ONE}/parameters/0"),
            json!({"name": "q", "in": "query", "style": "json", "schema": {"type": "integer"}}),
        ),
        case(
            "leave headers to the client",
            operation(json!({"parameters": [
                {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                {"name": "X-Mine", "in": "header", "schema": {"type": "string"}},
            ]})),
            format!("{ONE}/parameters"),
            json!([{"name": "X-Mine", "in": "header", "schema": {"type": "string"}}]),
        ),
        case(
            "choose the media type of bodies",
            operation(json!({"requestBody": {"content": {
                "application/json; charset=utf-8": {"schema": {"type": "object"}},
                "application/xml": {"schema": {"$ref": "#/components/schemas/Gone"}},
            }}})),
            format!("{ONE}/requestBody/content"),
            json!({"application/json": {"schema": {"type": "object"}}}),
        ),
        case(
            "choose the media type of bodies",
            operation(
                json!({"requestBody": {"content": {"application/pdf": {"schema": {"$ref": "#/components/schemas/Gone"}}}}}),
            ),
            format!("{ONE}/requestBody/content"),
            json!({"application/octet-stream": {}}),
        ),
        case(
            "choose the media type of bodies",
            operation(json!({"requestBody": {"content": {"multipart/form-data": {"schema": {
                "type": "object",
                "required": ["file", "kind"],
                "properties": {"file": {"type": "string", "format": "binary"}, "kind": {"type": "string"}},
            }}}}})),
            format!("{ONE}/requestBody/content/multipart~1form-data/schema"),
            json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"default": {"description": "any"}, "404": {"description": "d"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": "any"}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"302": {"description": "d"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": ""}}),
        ),
        case(
            "merge success responses",
            operation(json!({"responses": {"200": json_body(json!({"type": "object"})), "204": {"description": "e"}}})),
            format!("{ONE}/responses"),
            json!({"2XX": {"description": "e", "content": {"application/json": {"schema": {"type": "object"}}}}}),
        ),
        case(
            "merge success responses",
            operation(
                json!({"responses": {"200": {"description": "d", "content": {"text/csv": {"schema": {"oneOf": []}}}}}}),
            ),
            format!("{ONE}/responses/2XX/content"),
            json!({"application/octet-stream": {}}),
        ),
        case("remove webhooks", webhooks, "/webhooks", Value::Null),
        case("merge success responses", errors.clone(), format!("{ONE}/responses/404"), Value::Null),
        case("merge success responses", errors.clone(), format!("{ONE}/responses/default"), Value::Null),
        case("merge success responses", errors, format!("{ONE}/responses/2XX/description"), json!("d")),
        case(
            "merge success responses",
            operation(json!({"responses": {"200": {"description": "d"}, "201": {"description": "e"}}})),
            format!("{ONE}/responses/200"),
            Value::Null,
        ),
    ]
}
