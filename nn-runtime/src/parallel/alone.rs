//! Training where there are no threads to share it with.

use std::{env, process::Command, sync::mpsc, thread, time::Duration};

use crate::{
    Batch, Network, Parameters, Trainable,
    kernels::fork::{SAME, in_a_child},
    train::{Adam, Criterion, CrossEntropy, Optimizer, testing::Mlp},
};

/// A number that depends on every bit that some steps of training, worth several threads, leave.
fn trained() -> u64 {
    let x = Batch::from_vec((0..2 * 512).map(|i| (i as f32 * 0.37).sin()).collect()).unwrap();
    let labels = crate::data::Labels::<3>::new((0..512).map(|i| i % 3)).unwrap();
    let mut net = Mlp::<f32>::initialized(1);
    let (mut pass, mut gradients, mut adam) = (net.pass(512), net.gradients(), Adam::new(1e-2));
    for _ in 0..3 {
        CrossEntropy::new().step(&net, &x, &labels, &mut pass, &mut gradients).unwrap();
        adam.step(&mut net, &gradients).unwrap();
    }
    let numbers = net.parameters().flat_map(|tensor| tensor.values.to_vec());
    numbers.fold(0, |sum: u64, x| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(x.to_bits()))
}

/// In the environment of a process that is refused threads: what it must find.
const EXPECTED: &str = "PLUMBLINE_TEST_EXPECTED";

#[test]
fn where_the_system_refuses_threads_one_does_the_work() {
    if let Ok(expected) = env::var(EXPECTED) {
        assert!(thread::Builder::new().spawn(|| ()).is_err(), "the system gives threads");
        assert_eq!(trained().to_string(), expected);
        assert_eq!(crate::parallel::threads(), 1);
        return;
    }
    // In a process whose threads would need more memory than an address can count.
    let mut command = again("where_the_system_refuses_threads_one_does_the_work");
    passes(command.env(EXPECTED, trained().to_string()).env("RUST_MIN_STACK", (1_u64 << 50).to_string()));
}

/// A process that runs one test of this module.
fn again(test: &str) -> Command {
    let name = format!("{}::{test}", module_path!());
    let (_, name) = name.split_once("::").unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([name, "--exact", "--test-threads=1"]);
    command
}

fn passes(command: &mut Command) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Calls `f` on a thread of its own, and fails where that takes a minute.
fn in_time(f: impl FnOnce() -> Option<i32> + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(f()));
    let found =
        receiver.recv_timeout(Duration::from_secs(60)).expect("the child waits for threads that it does not have");
    assert_eq!(found, Some(SAME));
}

#[test]
fn the_child_of_a_fork_trains_on_its_only_thread() {
    // The parent's threads are at work before it forks.
    let expected = trained();
    in_time(move || in_a_child(move || trained() == expected));
}

/// In the environment of a process that has started the global pool itself: what happens then.
const CASE: &str = "PLUMBLINE_TEST_CASE";

#[test]
fn a_pool_of_the_programs_own_that_a_fork_has_left_behind_is_not_waited_for() {
    let Ok(case) = env::var(CASE) else {
        for case in ["there", "left behind", "left behind by its own thread"] {
            let test = "a_pool_of_the_programs_own_that_a_fork_has_left_behind_is_not_waited_for";
            passes(again(test).env(CASE, case).env(EXPECTED, trained().to_string()));
        }
        return;
    };
    // A program that has not called this library before it forks.
    let expected: u64 = env::var(EXPECTED).unwrap().parse().unwrap();
    rayon::ThreadPoolBuilder::new().num_threads(3).build_global().unwrap();
    rayon::broadcast(|_| ());
    let right = move || trained() == expected;
    match case.as_str() {
        "there" => assert!(right() && crate::parallel::threads() == 3),
        "left behind" => in_time(move || {
            in_a_child(move || {
                // As many threads as there would be with the pool.
                (0..5).for_each(|_| drop(thread::spawn(thread::park)));
                right() && crate::parallel::threads() == 1
            })
        }),
        _ => in_time(move || rayon::scope(|_| in_a_child(right))),
    }
}
