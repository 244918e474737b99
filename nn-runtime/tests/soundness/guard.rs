//! Memory whose surroundings tell who reads or writes beyond it.

use nn_runtime::Element;

/// Numbers that stand around outputs and must stay.
const CANARY: f64 = 1234.5;

/// Different numbers, none of them 0.
pub(crate) fn numbers<E: Element>(count: usize, seed: usize) -> Vec<E> {
    (0..count).map(|i| E::from_f64((((i + 31 * seed) * 7919) % 1009) as f64 / 504.0 - 1.0009)).collect()
}

/// Calls `f` with copies of `inputs`, and with room for `outputs` numbers each, in memory that ends where they end; then with NaN around
/// the inputs and canaries around the outputs. What was written must be the same, without NaN.
pub(crate) fn guarded<E: Element, const I: usize, const O: usize>(
    inputs: [&[E]; I],
    outputs: [usize; O],
    f: impl Fn([&[E]; I], [&mut [E]; O]),
) -> [Vec<E>; O] {
    let run = |around: usize| {
        let surrounded = |numbers: &[E]| [&vec![E::nan(); around], numbers, &vec![E::nan(); around]].concat();
        let sources = inputs.map(surrounded);
        let mut targets = outputs.map(|length| vec![E::from_f64(CANARY); length + 2 * around]);
        let within = |target: &[E]| around..target.len() - around;
        let slices = targets.each_mut().map(|target| {
            let place = within(target);
            let slice = &mut target[place];
            slice.fill(E::zero());
            slice
        });
        f(sources.each_ref().map(|source| &source[around..source.len() - around]), slices);
        for target in &targets {
            let place = within(target);
            let beyond = target[..place.start].iter().chain(&target[place.end..]);
            assert!(beyond.into_iter().all(|x| x.as_f64() == CANARY), "a number was written beyond the output");
        }
        targets.map(|target| target[within(&target)].to_vec())
    };
    let (close, apart) = (run(0), run(48));
    assert!(apart.iter().flatten().all(|x| !x.is_nan()), "a number was read from beyond the input");
    assert!(close == apart, "the place in memory changed the numbers");
    apart
}
