//! The methods that hand-written code has beside the generated ones, with the first paragraph of their comments.
//!
//! An operation called like a method of `Client` gets an underscore, and the page of an operation shows what the helpers
//! for it do, in their own words.

use std::{collections::BTreeMap, fs, io, path::Path};

use super::problem::Problem;

/// The files and folders of `src/` that add methods to `Client`. A test holds that no others do.
pub const PLACES: [&str; 6] = ["client.rs", "client", "ext.rs", "ext", "blocking.rs", "blocking"];

/// Reads the hand-written files that may add methods to `Client`, given the folder `src/`.
pub fn read(src: &Path) -> io::Result<Vec<String>> {
    let mut texts = Vec::new();
    PLACES.iter().try_for_each(|place| read_below(&src.join(place), &mut texts))?;
    Ok(texts)
}

/// Modules of these names are compiled for tests alone. They are half of the text, and reading it takes time in the build of
/// each user.
pub const OF_TESTS: [&str; 2] = ["tests", "model"];

/// The Rust files at and below a path, in the order of their names; a path that does not exist has none.
fn read_below(path: &Path, texts: &mut Vec<String>) -> io::Result<()> {
    if path.file_stem().is_some_and(|stem| OF_TESTS.iter().any(|name| stem == *name)) {
        return Ok(());
    }
    if path.is_dir() {
        let paths = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| read_below(path, texts));
    }
    if path.extension().is_some_and(|extension| extension == "rs") && path.exists() {
        texts.push(fs::read_to_string(path)?.replace("\r\n", "\n"));
    }
    Ok(())
}

/// The methods in the inherent `impl` blocks of these files, such as `Client::new`, each with the first paragraph of its
/// comment. Those of traits that `Client` derives are among them.
pub fn of(files: &[String]) -> Result<BTreeMap<String, String>, Problem> {
    let mut methods = BTreeMap::from([("Client::clone".to_string(), String::new())]);
    for text in files {
        let file = syn::parse_file(text).map_err(|e| {
            Problem::new("src", format!("a hand-written file is no Rust: {e}"), "rustc says more about it")
        })?;
        in_items(&file.items, &mut methods);
    }
    Ok(methods)
}

fn in_items(items: &[syn::Item], methods: &mut BTreeMap<String, String>) {
    for item in items {
        match item {
            syn::Item::Mod(module) => in_items(module.content.as_ref().map_or(&[], |(_, items)| items), methods),
            syn::Item::Impl(block) if block.trait_.is_none() => {
                let Some(owner) = last_name(&block.self_ty) else { continue };
                for item in &block.items {
                    if let syn::ImplItem::Fn(function) = item {
                        // The blocking client has methods of the same names. The async one is read first.
                        let name = format!("{owner}::{}", function.sig.ident);
                        methods.entry(name).or_insert_with(|| first_paragraph(&function.attrs));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The last segment of a path to a type, however it is written.
fn last_name(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|last| last.ident.to_string())
}

/// The first paragraph of a comment in one line. Its links lead from the file that it stands in: they become plain text.
fn first_paragraph(attributes: &[syn::Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) => Some(line.value().trim().to_string()),
            _ => None,
        },
        _ => None,
    });
    without_links(&lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}

/// The text with ``[`a`]``, ``[`a`](b)`` and ``[`a`][b]`` as `` `a` ``.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, behind)) = after.split_once("`]") else { break };
        out.push_str(&format!("{before}`{name}`"));
        let target = [('(', ')'), ('[', ']')].into_iter().find(|(open, _)| behind.starts_with(*open));
        let end = target.and_then(|(_, close)| behind.find(close)).map_or(0, |at| at + 1);
        rest = &behind[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_inherent_blocks_are_found() {
        let files = [
            "impl Client { pub fn new() {} fn private(&self) {} }".to_string(),
            "impl Debug for Client { fn fmt() {} } impl Other { fn other() {} }".to_string(),
            "mod inner { impl crate::client::Client { fn inner() {} } }".to_string(),
        ];
        let found = of(&files).unwrap();
        let names: Vec<_> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["Client::clone", "Client::inner", "Client::new", "Client::private", "Other::other"]);
        assert!(of(&["fn".to_string()]).is_err());
    }

    #[test]
    fn a_method_comes_with_its_first_paragraph_and_without_links() {
        let files = [
            "impl Client {\n/// Does [`a`](Client::a) and\n/// [`b`], but not [`c`][d].\n///\n/// More.\npub fn new() {} }"
                .to_string(),
            "impl Client {\n/// See the other.\npub fn new() {} }".to_string(),
        ];
        assert_eq!(of(&files).unwrap()["Client::new"], "Does `a` and `b`, but not `c`.");
    }
}
