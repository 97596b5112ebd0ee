//! The names that the target of an action lists in one place, as `['get', 'post']` does: each of them has to select something.

/// For each name of a list of names in a JSONPath, the name and the path with it in the place of the list.
pub fn one_name_each(target: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = target[at..].find(['[', '\'', '"']).map(|next| at + next) {
        if !target[start..].starts_with('[') {
            // A text in a filter.
            at = end_of_text(target, start).unwrap_or(target.len());
            continue;
        }
        at = start + 1;
        let Some((names, end)) = names_in(target, at) else { continue };
        at = end;
        if names.len() > 1 {
            let one = |name: &str| format!("{}[{name}]{}", &target[..start], &target[end..]);
            found.extend(names.into_iter().map(|name| (name[1..name.len() - 1].to_string(), one(name))));
        }
    }
    found
}

/// The names between brackets, with their quotation marks, and the place behind the brackets; `None` if anything else stands there.
fn names_in(target: &str, from: usize) -> Option<(Vec<&str>, usize)> {
    let behind_blanks = |at: usize| target.len() - target[at..].trim_start().len();
    let (mut names, mut at) = (Vec::new(), from);
    loop {
        let start = behind_blanks(at);
        let end = end_of_text(target, start)?;
        names.push(&target[start..end]);
        at = behind_blanks(end);
        match target[at..].chars().next()? {
            ',' => at += 1,
            ']' => return Some((names, at + 1)),
            _ => return None,
        }
    }
}

/// The place behind a text in quotation marks.
fn end_of_text(target: &str, start: usize) -> Option<usize> {
    let mut chars = target[start..].char_indices();
    let (_, quote) = chars.next().filter(|(_, first)| matches!(first, '\'' | '"'))?;
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            char if char == quote => return Some(start + at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_of_names_are_taken_apart() {
        let each = |target: &str| one_name_each(target).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(
            one_name_each("$.p['a', \"b\"].c"),
            [("a", "$.p['a'].c"), ("b", "$.p[\"b\"].c")].map(|(name, path)| (name.into(), path.into()))
        );
        assert_eq!(each("$['a' , 'b'].p[ 'c','d' ]"), ["a", "b", "c", "d"]);
        // One name, brackets in the text of a filter, escaped quotation marks, and what is no name.
        for target in
            ["$.p['a']", "$.p.get.list[?@.n != \"[']\"]", "$.p[?@ == '[\\'a\\',']", "$.p.get.list[0, 0]", "$.p.*"]
        {
            assert!(each(target).is_empty(), "{target}");
        }
    }
}
