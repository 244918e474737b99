//! Scratch.
use plumbline::*;
plumbline::network! {
    pub Mlp: [8] -> [3] {
        a: dense(16), tanh;
        b: dense(16), gelu;
        s: add <- (a, b);
        c: dense(3);
    }
}
#[test]
fn go() {
    let net = Mlp::new(1);
    let x = Batch::<MlpInput>::zeros(5);
    let y = net.forward(&x);
    println!("{:?} {}", y, Mlp::PARAMETERS);
    let mut pass = net.pass(5);
    let mut g = net.gradients();
    let y = net.forward_train(&x, &mut pass).to_batch();
    net.backward(&y, &mut pass, &mut g).unwrap();
    println!("{:?}", g.c.weight());
}
