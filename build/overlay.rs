//! Applies an OpenAPI Overlay 1.0: corrections about one place in the document, each with its reason.
//!
//! The actions run in order, each on what those before it left. An update of an object merges: objects recursively,
//! lists by appending, all else by replacing. An update of a list appends one entry. A removal takes every place that
//! the target selects.
//!
//! A correction that no longer applies must be noticed, so this is stricter than the standard. An action that selects
//! nothing is an error, and so is one without a reason or with an unknown key. An action that changes nothing is
//! reported. An entry that a list already has is not appended again: entries that occur twice have no meaning in
//! OpenAPI, and an action whose correction upstream has made itself is reported in this way.

mod target;

use std::cmp::Ordering;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::problem::Problem;
use target::one_name_each;

/// A checked overlay. Tests remove an action from it; the others keep their numbers and run as before.
#[derive(Debug)]
pub struct Overlay {
    pub actions: Vec<Action>,
}

/// One correction.
#[derive(Debug)]
pub struct Action {
    /// The name of the action in errors: its number from one, its target and the first sentence of its reason.
    name: String,
    target: JsonPath,
    /// The target with each of the names alone that it lists in one place, as `['get', 'post']` does, and that name.
    each: Vec<(String, JsonPath)>,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Update(Value),
    Remove,
}

/// What the actions did, in their order.
#[derive(Debug)]
pub struct Report {
    pub effects: Vec<Effect>,
}

/// What one action did.
#[derive(Debug)]
pub struct Effect {
    /// The action's number, target and reason.
    pub action: String,
    /// The places that it changed or removed, as JSON pointers into the document it found.
    pub changed: Vec<String>,
}

impl Report {
    /// A line for each action that is no longer needed.
    pub fn notes(&self) -> Vec<String> {
        let idle = self.effects.iter().filter(|effect| effect.changed.is_empty());
        idle.map(|effect| format!("{} changes nothing: upstream has fixed it, drop the action", effect.action))
            .collect()
    }
}

impl Overlay {
    /// Checks all of an overlay that can be checked without the document.
    pub fn parse(overlay: &Value) -> Result<Self, Problem> {
        let refuse = |message: &str, advice: &str| Err(Problem::new("overlay", message, advice));
        let Some(root) = overlay.as_object() else {
            return refuse("is not a map", "begin the file with `overlay: 1.0.0`");
        };
        if let Some(key) =
            unknown(root, |key| matches!(key, "overlay" | "info" | "extends" | "actions") || key.starts_with("x-"))
        {
            return refuse(&format!("has the unknown key `{key}`"), "it may have overlay, info, extends and actions");
        }
        if text(root, "overlay") != Some("1.0.0") {
            return refuse(
                "is not of version 1.0.0",
                "write `overlay: 1.0.0`, in other versions updates mean other things",
            );
        }
        let info = root.get("info").and_then(Value::as_object);
        if !info.is_some_and(|info| text(info, "title").is_some() && text(info, "version").is_some()) {
            return refuse("has no info with a title and a version", "give both, as text");
        }
        match root.get("actions").and_then(Value::as_array) {
            Some(actions) if !actions.is_empty() => {
                let actions = actions.iter().zip(1..).map(|(action, number)| Action::parse(number, action));
                Ok(Self { actions: actions.collect::<Result<_, _>>()? })
            }
            _ => refuse("has no list of actions", "give at least one action, or do without the overlay"),
        }
    }

    /// Applies all actions to the document. After an error only the actions before it have been applied.
    pub fn apply(&self, document: &mut Value) -> Result<Report, Problem> {
        Ok(Report { effects: self.outcomes(document).collect::<Result<_, _>>()? })
    }

    /// The result of each action, or why it failed, for callers that report every failure. An action that fails leaves
    /// the document unchanged.
    pub fn outcomes(&self, document: &mut Value) -> impl Iterator<Item = Result<Effect, Problem>> {
        self.actions.iter().map(|action| action.apply(document))
    }
}

impl Action {
    fn parse(number: usize, action: &Value) -> Result<Self, Problem> {
        let none = Map::new();
        let map = action.as_object().unwrap_or(&none);
        let (target, description) = (text(map, "target"), text(map, "description"));
        let called: Vec<_> = target.map(str::to_owned).into_iter().chain(description.map(headline)).collect();
        let name = match called.join(": ") {
            called if called.is_empty() => format!("overlay action {number}"),
            called => format!("overlay action {number} ({called})"),
        };
        let refuse = |message: &str, advice: &str| Err(Problem::new(&name, message, advice));

        if !action.is_object() {
            return refuse("is not a map", "give it a target, a description and an update or `remove: true`");
        }
        // The standard allows `x-` keys here, too. They are refused: such a key is a mark that was written beside the
        // `update` it belongs to.
        if let Some(key) = unknown(map, |key| matches!(key, "target" | "description" | "update" | "remove")) {
            return refuse(&format!("has the unknown key `{key}`"), "indent it if it belongs to the update");
        }
        if description.is_none() {
            return refuse("has no description", "say why the document has to be corrected here");
        }
        let Some(target) = target else {
            return refuse("has no target", "give a JSONPath that selects the places to correct");
        };
        let path = match JsonPath::parse(target) {
            Ok(path) => path,
            Err(e) => return refuse(&format!("has a target that is no JSONPath: {e}"), "write it as RFC 9535 has it"),
        };
        let each =
            one_name_each(target).into_iter().filter_map(|(name, one)| Some((name, JsonPath::parse(&one).ok()?)));
        let change = match (map.get("update"), map.get("remove")) {
            (Some(Value::Null), None) => return refuse("has an empty update", "give what is to be merged"),
            (Some(update), None) => Change::Update(update.clone()),
            (None, Some(Value::Bool(true))) => Change::Remove,
            (None, Some(_)) => return refuse("has a remove that is not true", "write `remove: true`"),
            (None, None) => return refuse("does nothing", "give it an update or `remove: true`"),
            (Some(_), Some(_)) => return refuse("has both an update and a remove", "make it two actions"),
        };
        Ok(Self { name, target: path, each: each.collect(), change })
    }

    fn apply(&self, document: &mut Value) -> Result<Effect, Problem> {
        let places = self.select(document);
        if places.is_empty() {
            return Err(Problem::new(
                &self.name,
                "selects nothing",
                "upstream has changed or fixed this place: mend the target, or drop the action",
            ));
        }
        if let Some((name, _)) = self.each.iter().find(|(_, one)| one.query(document).is_empty()) {
            return Err(Problem::new(
                &self.name,
                format!("selects nothing for `{name}`"),
                "upstream has changed or fixed this place: mend the target, or take the name out of it",
            ));
        }
        let mut changed = Vec::new();
        // The last place first, so that the pointers of the places before it stay valid.
        for pointer in places.into_iter().rev() {
            let differs = match &self.change {
                Change::Update(update) => self.update(document, &pointer, update)?,
                Change::Remove => self.remove(document, &pointer)?,
            };
            if differs {
                changed.push(pointer);
            }
        }
        changed.reverse();
        Ok(Effect { action: self.name.clone(), changed })
    }

    /// The selected places in document order, each once, whatever the order of the selectors.
    fn select(&self, document: &Value) -> Vec<String> {
        let found = self.target.query_located(document);
        let mut places: Vec<_> = found.locations().collect();
        places.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        places.dedup();
        places.into_iter().map(|place| place.to_json_pointer()).collect()
    }

    fn update(&self, document: &mut Value, pointer: &str, update: &Value) -> Result<bool, Problem> {
        let refuse = |message: &str, advice: &str| {
            Err(Problem::new(&self.name, format!("cannot update `{pointer}`: {message}"), advice))
        };
        match (document.pointer_mut(pointer), update) {
            (Some(place @ Value::Object(_)), Value::Object(_)) => Ok(merge(place, update)),
            (Some(Value::Object(_)), _) => refuse("a map cannot take what is no map", "give the update as a map"),
            (Some(Value::Array(_)), Value::Array(_)) => refuse(
                "an update of a list is one entry",
                "make an action of each entry, or update what holds the list",
            ),
            (Some(Value::Array(list)), _) => Ok(append(list, update)),
            _ => refuse("it is neither a map nor a list", "select what holds it and name it in the update"),
        }
    }

    fn remove(&self, document: &mut Value, pointer: &str) -> Result<bool, Problem> {
        let Some((parent, key)) = pointer.rsplit_once('/') else {
            return Err(Problem::new(&self.name, "removes the whole document", "select a part of it"));
        };
        let key = key.replace("~1", "/").replace("~0", "~");
        Ok(match document.pointer_mut(parent) {
            Some(Value::Object(map)) => map.remove(&key).is_some(),
            Some(Value::Array(list)) => key.parse().is_ok_and(|index: usize| {
                list.remove(index);
                true
            }),
            _ => false,
        })
    }
}

/// Merges `update` into `place`; whether that made a difference.
fn merge(place: &mut Value, update: &Value) -> bool {
    match (place, update) {
        (Value::Object(place), Value::Object(update)) => update.iter().fold(false, |differs, (key, new)| {
            differs
                | match place.get_mut(key) {
                    Some(old) => merge(old, new),
                    None => place.insert(key.clone(), new.clone()).is_none(),
                }
        }),
        (Value::Array(place), Value::Array(update)) => {
            update.iter().fold(false, |differs, entry| differs | append(place, entry))
        }
        (place, update) => {
            let differs = place != update;
            place.clone_from(update);
            differs
        }
    }
}

/// Appends `entry` unless `list` has it already; whether that made a difference.
fn append(list: &mut Vec<Value>, entry: &Value) -> bool {
    let missing = !list.contains(entry);
    if missing {
        list.push(entry.clone());
    }
    missing
}

fn unknown(map: &Map<String, Value>, known: impl Fn(&str) -> bool) -> Option<&String> {
    map.keys().find(|key| !known(key))
}

/// The text at a key, if it is not blank.
fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The first sentence, on one line.
fn headline(description: &str) -> String {
    let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
    line.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(actions: Value) -> Value {
        json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions})
    }

    fn run(mut document: Value, actions: Value) -> Result<(Value, Report), Problem> {
        let report = Overlay::parse(&overlay(actions))?.apply(&mut document)?;
        Ok((document, report))
    }

    /// What `update` makes of what `target` selects.
    fn updated(document: Value, target: &str, update: Value) -> Value {
        run(document, json!([{"target": target, "description": "d", "update": update}])).unwrap().0
    }

    /// What is left without what `target` selects.
    fn without(document: Value, target: &str) -> Value {
        run(document, json!([{"target": target, "description": "d", "remove": true}])).unwrap().0
    }

    /// Asserts that an overlay is refused: by which name, with which words, with which advice.
    fn refused(overlay: &Value, place: &str, message: &str, advice: &str) {
        let problem = Overlay::parse(overlay).unwrap_err();
        assert_eq!(problem.place, place);
        assert!(problem.message.contains(message), "{problem}");
        assert!(problem.advice.contains(advice), "{problem}");
    }

    /// The same of a single action, applied to a document of all kinds of values.
    fn refused_action(action: Value, place: &str, message: &str, advice: &str) {
        let document = json!({"map": {"a": 1}, "list": [1], "text": "t"});
        let problem = run(document, json!([action])).unwrap_err();
        assert_eq!(problem.place, place);
        assert!(problem.message.contains(message), "{problem}");
        assert!(problem.advice.contains(advice), "{problem}");
    }

    #[test]
    fn each_of_several_names_has_to_select_something() {
        let document = || json!({"p": {"get": {"list": [{"n": "a"}]}, "post": {}, "it's": 1}});
        let of = |target: &str| run(document(), json!([{"target": target, "description": "d", "update": {"x": 1}}]));
        let (changed, _) = of("$.p['get', 'post']").unwrap();
        assert_eq!((&changed["p"]["get"]["x"], &changed["p"]["post"]["x"]), (&json!(1), &json!(1)));
        let problem = of("$.p['get','put']").unwrap_err();
        assert!(problem.message.contains("selects nothing for `put`"), "{problem}");
        let problem = of("$.p['get', 'post'].list[?@.n == 'a']").unwrap_err();
        assert!(problem.message.contains("selects nothing for `post`"), "{problem}");
        assert!(of("$.p['get'].list[?@.n == 'a']").is_ok());
        for target in ["$.p[\"get\",\"put\"]", "$.p['get' , 'put']", "$.p[ 'get', \"put\" ]", "$['p']['put', 'get']"] {
            let problem = of(target).unwrap_err();
            assert!(problem.message.contains("selects nothing for `put`"), "{target}: {problem}");
        }
    }

    #[test]
    fn maps_merge_at_every_depth_and_keep_what_the_update_does_not_name() {
        let document = json!({"a": {"b": {"keep": 1, "change": 1}, "keep": true}, "c": 0});
        assert_eq!(
            updated(document, "$.a", json!({"b": {"change": 2, "new": {"x": [1]}}})),
            json!({"a": {"b": {"keep": 1, "change": 2, "new": {"x": [1]}}, "keep": true}, "c": 0})
        );
        assert_eq!(updated(json!({"a": 1}), "$", json!({"b": 2})), json!({"a": 1, "b": 2}));
    }

    #[test]
    fn what_is_no_map_or_list_on_both_sides_is_replaced() {
        let document = json!({"a": {"text": "old", "map": {"k": 1}, "list": [1], "same": null}});
        assert_eq!(
            updated(document, "$.a", json!({"text": ["new"], "map": true, "list": {"k": 1}, "same": null})),
            json!({"a": {"text": ["new"], "map": true, "list": {"k": 1}, "same": null}})
        );
    }

    #[test]
    fn lists_inside_an_update_are_appended_without_doubles() {
        assert_eq!(
            updated(json!({"a": {"l": [1, {"k": 1}]}}), "$.a", json!({"l": [{"k": 2}, 1, 0, {"k": 1}]})),
            json!({"a": {"l": [1, {"k": 1}, {"k": 2}, 0]}})
        );
    }

    #[test]
    fn a_selected_list_takes_the_update_as_one_entry() {
        assert_eq!(updated(json!({"l": [1]}), "$.l", json!({"k": 1})), json!({"l": [1, {"k": 1}]}));
        assert_eq!(updated(json!({"l": [2, 1]}), "$.l", json!(2)), json!({"l": [2, 1]}));
    }

    #[test]
    fn every_selected_place_is_updated_even_inside_another() {
        assert_eq!(
            updated(json!({"a": {"n": {"a": {"n": 1}}}, "b": 1}), "$..a", json!({"n": {"x": 2}})),
            json!({"a": {"n": {"a": {"n": {"x": 2}}, "x": 2}}, "b": 1})
        );
        // The inner one goes with what the outer one replaces, and is no error for that.
        assert_eq!(updated(json!({"a": {"n": {"a": {}}}}), "$..a", json!({"n": 1})), json!({"a": {"n": 1}}));
    }

    #[test]
    fn every_selected_place_is_removed_whatever_the_order_of_the_selectors() {
        let list = json!({"l": ["a", "b", "x", "c", "x", "x"]});
        assert_eq!(without(list.clone(), "$.l[?@ == 'x']"), json!({"l": ["a", "b", "c"]}));
        for target in ["$.l[0, 1, 4]", "$.l[4, 0, 1]", "$.l[1, 0, 4, 0, 1]", "$.l[4, 1::-1]"] {
            assert_eq!(without(list.clone(), target), json!({"l": ["x", "c", "x"]}), "{target}");
        }
        // Past nine, where text and numbers sort differently.
        let long = json!((0..12).collect::<Vec<_>>());
        assert_eq!(without(long, "$[2, 10]"), json!([0, 1, 3, 4, 5, 6, 7, 8, 9, 11]));
        assert_eq!(without(json!({"a": {"a": 1, "b": [{"a": 2}]}, "c": [{"a": 1}]}), "$..a"), json!({"c": [{}]}));
    }

    #[test]
    fn keys_that_a_pointer_escapes_are_found_again() {
        let document = json!({"paths": {"/a/{b}": {"x": {}}, "~1~": {"x": 1}, "c": 1}});
        assert_eq!(
            updated(document.clone(), "$.paths['/a/{b}'].x", json!({"y": 1})),
            json!({"paths": {"/a/{b}": {"x": {"y": 1}}, "~1~": {"x": 1}, "c": 1}})
        );
        assert_eq!(without(document, "$.paths['/a/{b}', '~1~']"), json!({"paths": {"c": 1}}));
    }

    #[test]
    fn an_action_sees_what_those_before_it_left() {
        let actions = json!([
            {"target": "$", "description": "d", "update": {"s": {"type": "integer"}}},
            {"target": "$.s.type", "description": "d", "remove": true},
            {"target": "$.s", "description": "d", "update": {"$ref": "#/x"}},
        ]);
        assert_eq!(run(json!({}), actions).unwrap().0, json!({"s": {"$ref": "#/x"}}));
    }

    #[test]
    fn the_report_says_what_each_action_changed() {
        let actions = json!([
            {"target": "$.m.*", "description": "Some are right.\n  And more.", "update": {"k": 1}},
            {"target": "$.m", "description": "All is\n  right.", "update": {"a": {"k": 1}, "l": {"l": [1]}}},
            {"target": "$.m.l.l", "description": "Is there", "update": 1},
            {"target": "$.m['b', 'a']", "description": "Gone. d", "remove": true},
            {"target": "$", "description": "Only below.", "update": {"m": {"l": {"k": 2}}}},
            {"target": "$.m.l.l[0]", "description": "Gone", "remove": true},
        ]);
        let (_, report) = run(json!({"m": {"a": {}, "b": {"k": 1}, "l": {"l": [1]}}}), actions).unwrap();
        let effects: Vec<_> = report.effects.iter().map(|e| json!([e.action, e.changed])).collect();
        assert_eq!(
            effects,
            [
                json!(["overlay action 1 ($.m.*: Some are right)", ["/m/a", "/m/l"]]),
                json!(["overlay action 2 ($.m: All is right)", []]),
                json!(["overlay action 3 ($.m.l.l: Is there)", []]),
                json!(["overlay action 4 ($.m['b', 'a']: Gone)", ["/m/a", "/m/b"]]),
                json!(["overlay action 5 ($: Only below)", [""]]),
                json!(["overlay action 6 ($.m.l.l[0]: Gone)", ["/m/l/l/0"]]),
            ]
        );
        assert_eq!(
            report.notes(),
            [
                "overlay action 2 ($.m: All is right) changes nothing: upstream has fixed it, drop the action",
                "overlay action 3 ($.m.l.l: Is there) changes nothing: upstream has fixed it, drop the action",
            ]
        );
    }

    #[test]
    fn an_action_that_selects_nothing_is_an_error_and_named() {
        let fine = json!({"target": "$.map", "description": "d", "update": {"b": 1}});
        let lost = json!({"target": "$.map.x", "description": "Lost. Why", "remove": true});
        let overlay = overlay(json!([fine, fine, lost]));
        let mut overlay = Overlay::parse(&overlay).unwrap();
        let problem = overlay.apply(&mut json!({"map": {}})).unwrap_err();
        assert_eq!(problem.place, "overlay action 3 ($.map.x: Lost)");
        assert_eq!(problem.message, "selects nothing");
        assert!(problem.advice.contains("mend the target, or drop the action"), "{problem}");

        // The numbers are those of the file.
        overlay.actions.remove(0);
        let problem = overlay.apply(&mut json!({"map": {}})).unwrap_err();
        assert_eq!(problem.place, "overlay action 3 ($.map.x: Lost)");
    }

    #[test]
    fn an_update_of_a_place_that_cannot_take_it_is_refused() {
        let action = |target, update| json!({"target": target, "description": "d", "update": update});
        refused_action(
            action("$.text", json!({"a": 1})),
            "overlay action 1 ($.text: d)",
            "cannot update `/text`: it is neither a map nor a list",
            "select what holds it",
        );
        refused_action(
            action("$.map", json!([1])),
            "overlay action 1 ($.map: d)",
            "cannot update `/map`: a map cannot take what is no map",
            "give the update as a map",
        );
        refused_action(
            action("$.list", json!([2])),
            "overlay action 1 ($.list: d)",
            "cannot update `/list`: an update of a list is one entry",
            "make an action of each entry",
        );
        refused_action(
            json!({"target": "$", "description": "d", "remove": true}),
            "overlay action 1 ($: d)",
            "removes the whole document",
            "select a part of it",
        );
    }

    #[test]
    fn an_action_that_is_not_complete_and_clear_is_refused() {
        let (place, bare) = ("overlay action 1 ($.map: d)", "overlay action 1");
        refused_action(json!("$.map"), bare, "is not a map", "give it a target");
        refused_action(
            json!({"target": "$.map", "description": "d", "update": {"a": 2}, "x-mark": "M"}),
            place,
            "unknown key `x-mark`",
            "indent it",
        );
        for description in [json!(null), json!(" \n"), json!(1)] {
            refused_action(
                json!({"target": "$.map", "description": description, "remove": true}),
                "overlay action 1 ($.map)",
                "has no description",
                "say why",
            );
        }
        for target in [json!(null), json!(""), json!(["$.map"])] {
            refused_action(
                json!({"target": target, "description": "d", "remove": true}),
                "overlay action 1 (d)",
                "has no target",
                "give a JSONPath",
            );
        }
        refused_action(
            json!({"target": "$.map[?", "description": "d", "remove": true}),
            "overlay action 1 ($.map[?: d)",
            "is no JSONPath: at position",
            "RFC 9535",
        );
        refused_action(json!({"target": "$.map", "description": "d"}), place, "does nothing", "give it an update");
        refused_action(
            json!({"target": "$.map", "description": "d", "update": {}, "remove": true}),
            place,
            "both an update and a remove",
            "make it two actions",
        );
        refused_action(
            json!({"target": "$.map", "description": "d", "update": null}),
            place,
            "has an empty update",
            "give what is to be merged",
        );
        for remove in [json!(false), json!("true"), json!(null)] {
            refused_action(
                json!({"target": "$.map", "description": "d", "remove": remove}),
                place,
                "has a remove that is not true",
                "write `remove: true`",
            );
        }
    }

    #[test]
    fn a_document_that_is_no_overlay_of_version_1_0_is_refused() {
        let actions = json!([{"target": "$", "description": "d", "update": {}}]);
        let with = |key: &str, value: Value| {
            let mut overlay = overlay(actions.clone());
            overlay[key] = value;
            overlay
        };
        refused(&json!([]), "overlay", "is not a map", "overlay: 1.0.0");
        refused(&with("action", json!([])), "overlay", "unknown key `action`", "extends and actions");
        for version in [json!("1.1.0"), json!(1.0), json!(null)] {
            refused(&with("overlay", version), "overlay", "not of version 1.0.0", "write `overlay: 1.0.0`");
        }
        for info in [json!(null), json!({"title": "t", "version": 1}), json!({"title": "", "version": "1"})] {
            refused(&with("info", info), "overlay", "no info with a title and a version", "give both");
        }
        for actions in [json!(null), json!([]), json!({})] {
            refused(&with("actions", actions), "overlay", "has no list of actions", "at least one");
        }
        for (key, value) in [("extends", json!("openapi.yaml")), ("x-note", json!(1))] {
            assert_eq!(Overlay::parse(&with(key, value)).unwrap().actions.len(), 1);
        }
    }
}
