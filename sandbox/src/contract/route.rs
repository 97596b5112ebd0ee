//! Finds the operation that a request is for.

use std::collections::BTreeMap;
use std::fmt;

use matchit::{InsertError, Router};
use percent_encoding::percent_decode_str;

use super::Contract;
use super::document::DocumentError;
use super::operation::Operation;
use super::references::member;

/// Paths longer than this have no nearest operation: the comparison takes the product of both lengths.
const LONGEST: usize = 200;

/// Which operation a request is for.
pub enum Route<'a> {
    /// The operation, and the path parameters by their names, decoded.
    Found {
        /// The operation.
        operation: &'a Operation,
        /// The path parameters in the order of the path.
        arguments: Vec<(String, String)>,
    },
    /// The path belongs to operations, but to none with this method.
    WrongMethod {
        /// The methods that there are, in upper case.
        allowed: Vec<&'a str>,
    },
    /// The path belongs to no operation.
    Unknown {
        /// The operation that was probably meant.
        nearest: Option<&'a Operation>,
    },
}

/// Without the values of arguments, which may be personal data.
impl fmt::Debug for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { operation, .. } => f.debug_tuple("Found").field(&operation.id).finish(),
            Self::WrongMethod { allowed } => f.debug_tuple("WrongMethod").field(allowed).finish(),
            Self::Unknown { nearest } => {
                f.debug_tuple("Unknown").field(&nearest.map(|operation| &operation.id)).finish()
            }
        }
    }
}

/// The routes of a document.
pub(super) struct Routes {
    /// Leads to a position in `templates`.
    router: Router<usize>,
    /// For each form of a path the operations, by their positions, each with the names of its parameters.
    templates: Vec<Vec<(usize, Vec<String>)>>,
}

impl Routes {
    /// The routes to these operations.
    ///
    /// # Errors
    ///
    /// If a path template cannot be understood, or if two of them cannot be told apart.
    pub fn of(operations: &[Operation]) -> Result<Self, DocumentError> {
        let mut routes = Self { router: Router::new(), templates: Vec::new() };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (position, operation) in operations.iter().enumerate() {
            let refuse = |problem: &str, advice: &str| {
                let problem = format!("{problem}: `{}`", operation.path);
                Err(DocumentError::new(member("/paths", &operation.path), problem, advice))
            };
            if !operation.path.starts_with('/') {
                return refuse("a path does not begin with a slash", "begin it with one");
            }
            let Some((form, names)) = form(&operation.path) else {
                return refuse("a path has a brace without its other half", "write each parameter as {name}");
            };
            let here = *known.entry(form.clone()).or_insert(routes.templates.len());
            if here == routes.templates.len() {
                match routes.router.insert(form, here) {
                    Ok(()) => routes.templates.push(Vec::new()),
                    Err(InsertError::Conflict { .. }) => {
                        let advice = "let parameters begin at the same place of a segment in both";
                        return refuse("a path cannot be told from another one", advice);
                    }
                    Err(_) => {
                        let problem = "a path has text behind a parameter in the same segment, which is not supported";
                        return refuse(problem, "let each parameter end with its segment");
                    }
                }
            }
            let there = &mut routes.templates[here];
            if there.iter().any(|(other, _)| operations[*other].method == operation.method) {
                return refuse("a second operation has the same method and path", "remove one of them");
            }
            there.push((position, names));
        }
        Ok(routes)
    }
}

/// A path template in the syntax of the router, and the names of its parameters. In the router they are numbered, so
/// that templates which differ only by names are one. `None` if a brace has no other half.
fn form(template: &str) -> Option<(String, Vec<String>)> {
    let mut form = String::new();
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if text.contains('}') || name.contains(['{', '/']) {
            return None;
        }
        form.push_str(&format!("{text}{{p{}}}", names.len()));
        names.push(name.to_owned());
        rest = after;
    }
    form.push_str(rest);
    (!rest.contains('}')).then_some((form, names))
}

impl Contract {
    /// Finds the operation for a method, in upper case, and a path without query, percent-encoded as it was sent.
    pub fn route(&self, method: &str, path: &str) -> Route<'_> {
        let Ok(found) = self.routes.router.at(path) else {
            return Route::Unknown { nearest: self.nearest(method, path) };
        };
        let there = self.routes.templates.get(*found.value).into_iter().flatten();
        let there = there.filter_map(|(position, names)| Some((self.operations.get(*position)?, names)));
        let Some((operation, names)) = there.clone().find(|(operation, _)| operation.method == method) else {
            return Route::WrongMethod { allowed: there.map(|(operation, _)| operation.method.as_str()).collect() };
        };
        let values = found.params.iter().map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned());
        Route::Found { operation, arguments: names.iter().cloned().zip(values).collect() }
    }

    /// The operation whose method and path are nearest to what was sent, if they are near enough to have been meant.
    fn nearest(&self, method: &str, path: &str) -> Option<&Operation> {
        if path.len() > LONGEST {
            return None;
        }
        let path = path.trim_end_matches('/');
        let distances = self.operations.iter().map(|operation| {
            let other_method = usize::from(operation.method != method);
            (2 * distance(&operation.path, path) + other_method, operation)
        });
        let (distance, operation) = distances.min_by_key(|(distance, _)| *distance)?;
        (distance / 2 <= path.len() / 3).then_some(operation)
    }
}

/// How much of a path has to be changed so that it fits a template: letters within a segment, or whole segments that
/// are missing or too many. Arguments fit every parameter.
fn distance(template: &str, path: &str) -> usize {
    let sent: Vec<&str> = path.split('/').skip(1).collect();
    // For each number of segments of the path, the distance to the part of the template that was read so far.
    let mut distances: Vec<usize> = Vec::with_capacity(sent.len() + 1);
    distances.push(0);
    for segment in &sent {
        distances.push(distances[distances.len() - 1] + omitted(segment));
    }
    for segment in template.split('/').skip(1) {
        let mut diagonal = distances[0];
        distances[0] += omitted(segment);
        for (index, sent) in sent.iter().enumerate() {
            let changed = diagonal + substituted(segment, sent);
            diagonal = distances[index + 1];
            distances[index + 1] = changed.min(diagonal + omitted(segment)).min(distances[index] + omitted(sent));
        }
    }
    distances[sent.len()]
}

/// The distance for a segment that one side lacks.
fn omitted(segment: &str) -> usize {
    // A forgotten argument, or a forgotten `/v2`, is no more than a few wrong letters.
    if segment.starts_with('{') { 3 } else { segment.len() + 1 }
}

/// The distance for a segment of the path in the place of one of the template.
fn substituted(template: &str, sent: &str) -> usize {
    match template.starts_with('{') {
        true => usize::from(sent.is_empty()),
        false => strsim::osa_distance(template, sent),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::read;
    use super::*;

    fn contract(paths: &[(&str, &str)]) -> Result<Contract, DocumentError> {
        let mut document = json!({"paths": {}});
        for (path, method) in paths {
            document["paths"][path][method] = json!({"operationId": format!("{method} {path}"), "responses": {}});
        }
        read(&document)
    }

    fn found(contract: &Contract, method: &str, path: &str) -> (String, Vec<(String, String)>) {
        match contract.route(method, path) {
            Route::Found { operation, arguments } => (operation.id.clone(), arguments),
            other => panic!("{method} {path}: {other:?}"),
        }
    }

    #[test]
    fn every_operation_of_the_document_is_found_by_its_path() {
        let contract = Contract::shared();
        for operation in contract.operations() {
            let path = operation.path.replace('{', "a%2F%20").replace('}', "");
            let (id, arguments) = found(contract, &operation.method, &path);
            assert_eq!(id, operation.id);
            let names: Vec<_> = operation.parameters.iter().filter(|one| one.location == "path").collect();
            assert_eq!(arguments.len(), names.len(), "{id}");
            assert!(arguments.iter().all(|(name, value)| *value == format!("a/ {name}")), "{arguments:?}");
        }
    }

    #[test]
    fn templates_that_differ_by_names_only_are_one_path() {
        let contract =
            contract(&[("/a/{x}", "get"), ("/a/{y}", "post"), ("/a/b", "get"), ("/a/{x}/c", "get")]).unwrap();
        let argument = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(found(&contract, "GET", "/a/1"), ("get /a/{x}".into(), argument("x", "1")));
        assert_eq!(found(&contract, "POST", "/a/1"), ("post /a/{y}".into(), argument("y", "1")));
        assert_eq!(found(&contract, "GET", "/a/b"), ("get /a/b".into(), vec![]));
        assert_eq!(found(&contract, "GET", "/a/b/c"), ("get /a/{x}/c".into(), argument("x", "b")));
        match contract.route("DELETE", "/a/1") {
            Route::WrongMethod { allowed } => assert_eq!(allowed, ["GET", "POST"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn arguments_that_are_no_text_and_odd_paths_do_no_harm() {
        let contract = contract(&[("/a/{x}", "get")]).unwrap();
        assert_eq!(found(&contract, "GET", "/a/%ff").1[0].1, "\u{fffd}");
        for path in ["", "/", "*", "/a", "/a/", "/a/b/c", "//", "/{}", "/a/%", "é"] {
            match contract.route("GET", path) {
                Route::Found { arguments, .. } => assert_eq!(arguments[0].1, "%"),
                Route::Unknown { .. } => {}
                Route::WrongMethod { .. } => panic!("{path}"),
            }
        }
    }

    #[test]
    fn the_operation_that_was_meant_is_named() {
        let contract = Contract::shared();
        let nearest = |method: &str, path: &str| match contract.route(method, path) {
            Route::Unknown { nearest } => nearest.map(|operation| operation.id.as_str()),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(nearest("GET", "/v2/customer"), Some("searchCustomers"));
        assert_eq!(nearest("POST", "/v2/customer"), Some("searchCustomersPost"));
        assert_eq!(nearest("GET", "/v2/customers/"), Some("searchCustomers"));
        assert_eq!(nearest("POST", "/v2/customers/BBB815E9-F654/lnk"), Some("linkCustomerAccount"));
        assert_eq!(nearest("POST", "/customer_sessions"), Some("createSession"));
        assert_eq!(nearest("GET", "/favicon.ico"), None);
        assert_eq!(nearest("GET", &"/v2/customers".repeat(1000)), None);
    }

    #[test]
    fn templates_that_cannot_be_routed_are_refused() {
        for (paths, says) in [
            (&[("a", "get")][..], "begin with a slash"),
            (&[("/{a", "get")], "without its other half"),
            (&[("/a}", "get")], "without its other half"),
            (&[("/{a}.json", "get")], "text behind a parameter"),
            (&[("/{a}", "get"), ("/{b}", "get")], "the same method and path"),
        ] {
            let error = contract(paths).map(|_| ()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert!(error.pointer.starts_with("/paths/"), "{error}");
        }
    }
}
