//! The README shows a test that runs: `tests/readme/main.rs`, as it is.

#[test]
fn the_whole_test_of_the_readme_is_the_one_that_runs() {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let test = include_str!("../readme/main.rs").replace("\r\n", "\n");
    let shown = readme.split("```rs\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(test.as_str()));
    assert!(test.lines().count() < 35, "it is meant to be read at a glance");
}
