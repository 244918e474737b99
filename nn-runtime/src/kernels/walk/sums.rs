//! Functions of each number, sums over all of them, updates, random numbers, and units one after the other.

use pulp::Simd;

use super::{SIZES, agree, exact, unwritten};
use crate::kernels::{
    Element,
    aligned::Aligned,
    draw,
    elementwise::{self, Product, Unary},
    field::{self, Bias},
    map,
    math::Math,
    noise::{self, AddNormal, Keep, Noise, Replace},
    optimizer::{self, Rule},
    random::Random,
    scratch, simd,
    sites::{Couplings, MeanField, Sweep},
    sum,
    testing::values,
};

/// x² + ½
#[derive(Clone, Copy)]
struct Square;

impl<E: Math> Unary<E> for Square {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::mul_add(simd, x, x, E::constant(simd, 0.5))
    }
}

fn elementwise<E: Element>(count: usize) {
    let (x, y) = (values::<E>(count, 1), values::<E>(count, 2));
    let pairs = || x.iter().zip(&y).map(|(x, y)| (x.as_f64(), y.as_f64()));
    let squares: Vec<f64> = pairs().map(|(x, _)| x * x + 0.5).collect();
    let in_place = |f: &dyn Fn(&mut [E])| {
        let mut y = y.clone();
        f(&mut y);
        y
    };
    let into = |f: &dyn Fn(&mut [E])| {
        let mut y = unwritten(count);
        f(&mut y);
        y
    };
    agree(format_args!("f(x) of {count}"), &squares, || into(&|y| elementwise::map(Square, &x, y)));
    agree(format_args!("f(x) of {count} by a closure"), &squares, || {
        into(&|y| map::map(|x: E| x * x + E::from_f64(0.5), &x, y))
    });
    let expected: Vec<f64> = pairs().map(|(_, y)| y * y + 0.5).collect();
    agree(format_args!("f(y) of {count}"), &expected, || in_place(&|y| elementwise::update(Square, y)));
    let expected: Vec<f64> = pairs().map(|(x, y)| y + x).collect();
    agree(format_args!("y + x of {count}"), &expected, || in_place(&|y| elementwise::add(y, &x)));
    let expected: Vec<f64> = pairs().map(|(x, y)| x * y).collect();
    agree(format_args!("x y of {count}"), &expected, || into(&|to| elementwise::map_two(Product, &x, &y, to)));
    agree(format_args!("y x of {count} by a closure"), &expected, || in_place(&|y| map::scale_by(|x| x, &x, y)));
    let expected: Vec<f64> = pairs().map(|(x, y)| y - 2.0 * x).collect();
    agree(format_args!("y + s x of {count}"), &expected, || in_place(&|y| field::add_scaled(y, &x, E::from_f64(-2.0))));
    let expected: Vec<f64> = pairs().map(|(_, y)| -2.0 * y).collect();
    agree(format_args!("s y of {count}"), &expected, || in_place(&|y| field::scale(y, -2.0)));
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn fields<E: Element>(count: usize) {
    let (x, a, b) = (values::<E>(3 * count, 1), values::<E>(count, 2), values::<E>(count, 3));
    let (u, from, to) = (exact(&x), exact(&a), exact(&b));
    let in_place = |f: &dyn Fn(&mut [E])| {
        let mut x = x.clone();
        f(&mut x);
        x
    };
    let between = |i: usize| from[i % count] + 0.25 * (to[i % count] - from[i % count]);
    let expected: Vec<f64> = (0..u.len()).map(|i| 0.3 * u[i] + between(i)).collect();
    let bias = Bias { from: &a, to: &b, part: 0.25 };
    agree(format_args!("biases of {count}"), &expected, || in_place(&|x| field::add_bias(x, 0.3, bias)));
    let expected: Vec<f64> = u.iter().map(|x| 1.0 / (1.0 + (-2.0 * x).exp())).collect();
    agree(format_args!("sigmoid of {}", 3 * count), &expected, || in_place(&|x| field::sigmoid(x, 2.0)));
    let expected: Vec<f64> = u.iter().map(|x| softplus(2.0 * x) / 2.0).collect();
    agree(format_args!("softplus of {}", 3 * count), &expected, || in_place(&|x| field::softplus(x, 2.0)));
    let (low, high) = ((0.2, 0.9), (1.5, 2.0));
    let term = |i: usize, (w, s): (f64, f64)| softplus(s * (from[i] + w * u[i]));
    let expected: f64 = (0..count).map(|i| term(i, high) - term(i, low)).sum();
    agree(format_args!("a difference of sums of {count}"), &[expected], || {
        vec![E::from_f64(field::softplus_difference(&x[..count], &a, low, high))]
    });
}

fn sums<E: Element>(count: usize) {
    let x = values::<E>(count, 1);
    let all = exact(&x);
    let largest = all.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let expected = [all.iter().map(|x| x * x).sum(), all.iter().sum(), all.iter().map(|x| x.abs()).sum(), largest];
    agree(format_args!("sums of {count}"), &expected, || {
        let [squares, largest] = [sum::squares(&x), optimizer::largest(&x, 1)].map(E::from_f64);
        vec![squares, sum::total(&x), sum::absolute(&x), largest]
    });
    for place in [None, Some(0), Some(count / 2), Some(count - 1)] {
        let mut x = x.clone();
        if let Some(place) = place {
            x[place] = E::infinity();
        }
        agree(format_args!("what is finite of {count}"), &[f64::from(u8::from(place.is_none())); 3], || {
            let all = [sum::all_finite(&x), optimizer::all_within(&x, 1), optimizer::largest(&x, 1).is_finite()];
            all.map(|all| if all { E::one() } else { E::zero() }).to_vec()
        });
    }
}

/// m′ = m / 2 + g, w′ = w − m′ / 4
#[derive(Clone, Copy)]
struct Momentum;

impl<E: Math> Rule<E, 1> for Momentum {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, [m]: &mut [E::Vector<S>; 1]) -> E::Vector<S> {
        *m = E::mul_add(simd, *m, E::constant(simd, 0.5), g);
        E::mul_add(simd, *m, E::constant(simd, -0.25), w)
    }

    fn reads_weights(self) -> bool {
        false
    }

    fn bound(self, _: f64, g: f64, [m]: &mut [f64; 1]) -> f64 {
        *m = *m / 2.0 + g;
        *m / 4.0
    }
}

fn updates<E: Element>(count: usize) {
    let [w, g, m] = [1, 2, 3].map(|seed| values::<E>(count, seed));
    let after: Vec<f64> = g.iter().zip(&m).map(|(g, m)| 0.5 * m.as_f64() + g.as_f64()).collect();
    let expected = w.iter().zip(&after).map(|(w, m)| w.as_f64() - 0.25 * m).chain(after.iter().copied());
    agree(format_args!("an update of {count}"), &expected.collect::<Vec<_>>(), || {
        let (mut w, mut m) = (w.clone(), m.clone());
        optimizer::update(Momentum, &mut w, &g, [&mut m], 1);
        [w, m].concat()
    });
    let largest = after.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    agree(format_args!("what an update of {count} comes to"), &[1.0, largest], || {
        let found = optimizer::probe(Momentum, &w, &g, [&m], 1);
        vec![E::from_f64(f64::from(u8::from(found.finite))), E::from_f64(found.largest[0])]
    });
}

fn random_numbers<E: Element>(count: usize) {
    let random = Random::new(3, 1);
    // Where the upper half of the index changes.
    let first = u64::from(u32::MAX) - count as u64 / 2;
    let p: Vec<E> = values::<E>(count, 1).iter().map(|x| x.abs()).collect();
    let unit = |i: usize| E::unit(random.bits(first + i as u64));
    let expected: Vec<f64> = (0..count).map(|i| f64::from(u8::from(unit(i) < p[i]))).collect();
    agree(format_args!("draws of {count}"), &expected, || {
        let mut drawn = p.clone();
        draw::bernoulli(&mut drawn, random, first);
        drawn
    });
    let logit = |u: f64| if u == 0.0 { f64::NEG_INFINITY } else { (u / (1.0 - u)).ln() };
    let expected: Vec<f64> = (0..count).map(|i| logit(unit(i).as_f64())).collect();
    agree(format_args!("logistic numbers, {count}"), &expected, || {
        let mut drawn = unwritten::<E>(count);
        draw::logistic(&mut drawn, random, first);
        drawn
    });
    let expected: Vec<f64> =
        (0..count).map(|i| p[i].as_f64() + 0.5 * noise::normal(random, first + i as u64)).collect();
    agree(format_args!("normal numbers, {count}"), &expected, || {
        let mut x = p.clone();
        draw::add_normal(&mut x, 0.5, random, first);
        x
    });
    // Samples of `count` numbers, three of them side by side in lanes of five.
    for (lanes, length) in [(1, count), (5, 5 * count)] {
        let data = values::<E>(length, 2);
        let index = |i: usize| first + (if lanes == 1 { i } else { i % lanes * count + i / lanes }) as u64;
        let bits = |i: usize| f64::from(random.bits(index(i))) / (1_u64 << 32) as f64;
        let run = |kernel: &dyn Fn(&mut [E])| {
            let mut data = data.clone();
            kernel(&mut data);
            data
        };
        let x = exact(&data);
        let expected: Vec<f64> = (0..length).map(|i| if bits(i) < 0.75 { 2.0 * x[i] } else { 0.0 }).collect();
        let corrupt = Keep::new(0.75, E::from_f64(2.0));
        agree(format_args!("dropout of {length}"), &expected, || {
            run(&|data| Noise { corrupt, random, first, width: count, lanes, data }.run())
        });
        let replaced = |bits: f64, x: f64| if bits < 0.5 { x } else { f64::from(u8::from(bits >= 0.75)) };
        let expected: Vec<f64> = (0..length).map(|i| replaced(bits(i), x[i])).collect();
        agree(format_args!("replaced numbers of {length}"), &expected, || {
            let corrupt = Replace::new(0.5);
            run(&|data| Noise { corrupt, random, first, width: count, lanes, data }.run())
        });
        let expected: Vec<f64> = (0..length).map(|i| x[i] + 0.5 * noise::normal(random, index(i))).collect();
        agree(format_args!("normal noise on {length}"), &expected, || {
            let corrupt = AddNormal { sd: 0.5 };
            run(&|data| Noise { corrupt, random, first, width: count, lanes, data }.run())
        });
    }
}

fn units<E: Element>(count: usize) {
    let half = values::<E>(count * count, 1);
    let weight: Vec<E> = (0..count * count)
        .map(|at| {
            if at / count == at % count {
                E::zero()
            } else {
                half[at / count * count + at % count] + half[at % count * count + at / count]
            }
        })
        .collect();
    let (states, thresholds, start) = (vec![E::zero(); count], values::<E>(count, 2), values::<E>(count, 3));
    let known: Vec<bool> = (0..count).map(|i| i % 5 == 4).collect();
    let couplings = Couplings { weight: &weight, stride: count };
    // The same decisions, with the fields as the kernel rounds them: those near a threshold are the same on every instruction set.
    let (mut state, mut fields) = (vec![0.0; count], exact(&start));
    for i in 0..count {
        let on = f64::from(u8::from(2.0 * fields[i] > thresholds[i].as_f64()));
        if !known[i] && on != state[i] {
            (0..count).for_each(|j| fields[j] += (on - state[i]) * weight[i * count + j].as_f64());
            state[i] = on;
        }
    }
    agree(format_args!("a sweep over {count} units"), &[state, fields].concat(), || {
        let (mut states, mut fields) = (states.clone(), start.clone());
        let (scale, levels) = (E::from_f64(2.0), [E::zero(), E::one()]);
        Sweep {
            couplings,
            thresholds: &thresholds,
            known: &known,
            scale,
            levels,
            states: &mut states,
            fields: &mut fields,
        }
        .run();
        [states, fields].concat()
    });
    let (mut means, mut fields) = (vec![0.0; count], exact(&start));
    for i in 0..count {
        let mean = 1.0 / (1.0 + (-0.5 * fields[i]).exp());
        (0..count).for_each(|j| fields[j] += (mean - means[i]) * weight[i * count + j].as_f64());
        means[i] = mean;
    }
    agree(format_args!("means of {count} units"), &[means, fields].concat(), || {
        let (mut means, mut fields) = (states.clone(), start.clone());
        let (scale, tolerance) = (E::from_f64(0.5), E::zero());
        let sweeps = MeanField { couplings, scale, tolerance, sweeps: 1, means: &mut means, fields: &mut fields }.run();
        assert_eq!(sweeps, 1);
        [means, fields].concat()
    });
}

/// A function of the vocabulary, on each number of a slice.
#[derive(Clone, Copy)]
struct Named(usize);

const NAMED: usize = 7;

impl Named {
    fn exactly(self, x: f64) -> f64 {
        let sigmoid = 1.0 / (1.0 + (-x).exp());
        match self.0 {
            0 => x.exp(),
            1 => x.tanh(),
            2 => sigmoid,
            3 => softplus(x),
            4 => x * sigmoid,
            5 => libm::erf(x),
            _ => 0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2),
        }
    }
}

impl<E: Math> Unary<E> for Named {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        match self.0 {
            0 => E::exp(simd, x),
            1 => E::tanh(simd, x),
            2 => E::sigmoid(simd, x),
            3 => E::softplus(simd, x),
            4 => E::silu(simd, x),
            5 => E::erf(simd, x),
            _ => E::gelu(simd, x),
        }
    }
}

fn functions<E: Element>(count: usize) {
    let x = values::<E>(count, 1);
    for function in (0..NAMED).map(Named) {
        let expected: Vec<f64> = x.iter().map(|x| function.exactly(x.as_f64())).collect();
        agree(format_args!("function {} of {count}", function.0), &expected, || {
            let mut y = unwritten(count);
            elementwise::map(function, &x, &mut y);
            y
        });
    }
}

/// A register's worth and less, loaded and stored, added up and compared.
struct Partial<'a, E>(&'a [E]);

impl<E: Element> pulp::WithSimd for Partial<'_, E> {
    type Output = Vec<E>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<E> {
        let (x, lanes) = (self.0, E::lanes::<S>());
        let mut results = Vec::new();
        for part in x.chunks(lanes) {
            let v = E::load_partial(simd, part);
            let mut stored = unwritten(part.len());
            E::store_partial(simd, &mut stored, v);
            results.extend(stored);
        }
        let (vectors, rest) = E::as_vectors::<S>(x);
        assert_eq!((vectors.len(), rest.len()), (x.len() / lanes, x.len() % lanes));
        results
    }
}

fn memory<E: Element>(count: usize) {
    let x = values::<E>(count, 1);
    agree(format_args!("parts of registers of {count}"), &exact(&x), || simd::run(Partial(&x)));
    agree(format_args!("memory for {count}"), &exact(&[&x[..], &x].concat()), || {
        let mut aligned = Aligned::zeros(count);
        aligned.copy_from_slice(&x);
        let kept = scratch::with(count, |memory: &mut [E]| {
            memory.copy_from_slice(&x);
            memory.to_vec()
        });
        [aligned.to_vec(), kept].concat()
    });
}

macro_rules! walk {
    ($($test:ident: $kernels:ident;)*) => {
        $(#[test]
        fn $test() {
            for count in SIZES {
                $kernels::<f32>(count);
                $kernels::<f64>(count);
            }
        })*
    };
}

walk! {
    functions_of_each_number: elementwise;
    functions_of_the_vocabulary: functions;
    fields_of_units: fields;
    sums_of_all_numbers: sums;
    updates_of_parameters: updates;
    random_numbers_by_index: random_numbers;
    units_one_after_the_other: units;
    memory_of_kernels: memory;
}
