//! What networks expand to, pretty-printed, for review. `INSTA_UPDATE=always cargo test -p nn-macros` writes them anew.

use proc_macro2::TokenStream;
use quote::quote;

fn pretty(input: TokenStream) -> String {
    let output = crate::expansion(input);
    let file = syn::parse2(output).expect("an expansion is a list of items");
    prettyplease::unparse(&file)
}

#[test]
fn lenet() {
    insta::assert_snapshot!(pretty(quote! {
        /// LeNet-5 (LeCun et al., 1998) for 28×28 grey images.
        pub LeNet5: [1, 28, 28] -> [10] {
            conv1:  conv2d(6, kernel = 5, padding = 2), relu;
            pool1:  max_pool2d(2);
            conv2:  conv2d(16, kernel = 5), relu;
            pool2:  max_pool2d(2);
            flatten;
            fc1:    dense(120), relu;
            fc2:    dense(84), relu;
            logits: dense(10);
        }
    }));
}

#[test]
fn tied_autoencoder_with_constants() {
    insta::assert_snapshot!(pretty(quote! {
        Autoencoder: [784] -> [784] {
            noisy: dropout(0.2);
            encoder: dense(HIDDEN), gelu;
            decoder: dense(784, tied = encoder), sigmoid;
        }
    }));
}

#[test]
fn branches_and_ports() {
    insta::assert_snapshot!(pretty(quote! {
        pub Pair: (image: [3, 8, 8], vector: [6]) -> (class: [4], map: [3, 8, 8]) {
            a: conv2d(3, kernel = 3, padding = same), tanh <- image;
            map: add <- (image, a);
            pooled: avg_pool2d(8), flatten;
            all: concat <- (pooled, vector);
            class: dense(4), log_softmax;
        }
    }));
}

#[test]
fn signals_from_image_to_image() {
    insta::assert_snapshot!(pretty(quote! {
        Beats: [2, 64] -> [3] {
            a: conv1d(4, kernel = 5, padding = same), relu;
            b: max_pool1d(2);
            c: conv1d(4, kernel = 3, padding = same, bias = false);
            n: batch_norm, relu;
            sum: add <- (b, n);
            d: conv1d(3, kernel = 3);
            global_avg_pool;
        }
    }));
}

#[test]
fn functions_of_the_users_own() {
    insta::assert_snapshot!(pretty(quote! {
        Mish: [4] -> [2] {
            hidden: dense(3), map(|x| x * (1.0 + x.exp()).ln().tanh());
            bounded: map(|x| if x < 0 { SLOPE * x } else { x.min(6.0) });
            out: dense(2);
        }
    }));
}

#[test]
fn features_of_a_machine() {
    insta::assert_snapshot!(pretty(quote! {
        Classifier: [20, 5] -> [3] {
            features: rbm(8, visible = softmax(5), hidden = relu, init = zeros), tanh;
            top: rbm(4, visible = gaussian(variance = learned));
            logits: dense(3);
        }
    }));
}

#[test]
fn an_encoder_and_its_decoder() {
    insta::assert_snapshot!(pretty(quote! {
        Translator: (source: [_, 8], target: [_, 4]) -> [_, 4] {
            encoder: lstm(6, layers = 2) <- source;
            decoder: lstm(6, layers = 2, state = encoder), dropout(0.1) <- target;
            out: dense(4, each_step = true);
        }
    }));
}
