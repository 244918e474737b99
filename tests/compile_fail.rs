//! Each mistake in a network, with the error that it gets. One file of `tests/ui` a mistake.

#[test]
fn every_mistake_gets_its_own_error() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/syntax/*.rs");
    cases.compile_fail("tests/ui/graph/*.rs");
    cases.compile_fail("tests/ui/shape/*.rs");
    cases.compile_fail("tests/ui/recurrent/*.rs");
    cases.compile_fail("tests/ui/constants/*.rs");
    cases.compile_fail("tests/ui/parts/*.rs");
    cases.compile_fail("tests/ui/parameters/*.rs");
    cases.compile_fail("tests/ui/free/*.rs");
    cases.compile_fail("tests/ui/training/*.rs");
    cases.compile_fail("tests/ui/energy/*.rs");
    cases.compile_fail("tests/ui/adversarial/*.rs");
    // A size without a value in every option of every layer.
    cases.compile_fail("tests/sizes/*.rs");
}
