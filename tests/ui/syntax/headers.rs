//! Headers that hold something else than names and shapes.

use plumbline::prelude::*;

network! {
    pub Port: (3, b: [4]) -> [3] {
        a: dense(3) <- b;
    }

    pub Dimensions: [4 4] -> [3] {
        a: dense(3);
    }

    #3
    pub Attribute: [4] -> [3] {
        a: dense(3);
    }
}

network! {
    pub NoInput: -> [3] {
        a: dense(3);
    }

    pub NoOutput: [3] -> {
        a: dense(3);
    }
}

network! {
    pub Begun:
}

network! {
    pub Shaped: [3] ->
}

fn main() {}
