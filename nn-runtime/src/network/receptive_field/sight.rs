//! What each value of a network depends on, layer by layer.

use super::{AxisField, ReceptiveField, table::Table};
use crate::{Network, check::LARGEST};

/// What an element of a layer's value depends on, along one axis of what the layer takes: the answer of the
/// layer's rule in the macro.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// The element at the same place along this axis of what the layer gives.
    Same(usize),
    /// A window that moves along this axis of what it gives.
    Window { axis: usize, kernel: usize, stride: usize, before: usize, dilation: usize },
    /// The transpose of such a window.
    Transposed { axis: usize, kernel: usize, stride: usize, before: usize },
    /// As many bins as the axis of what it gives has elements.
    Bins { axis: usize, takes: usize, gives: usize },
    /// Every place of the axis, which is a spatial one.
    Places,
    /// Everything.
    Everything,
    /// What the output of a network inside depends on, along this axis of its input.
    Inside(&'static Along),
}

/// What a value depends on, along one axis of an input.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Along {
    field: Field,
    /// Whether a layer moves a window along it.
    spatial: bool,
}

// It exists while constants are evaluated, and no longer.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Copy, Debug)]
enum Field {
    Nothing,
    /// Windows that move along this axis of the value.
    Moving(usize, Table),
    All,
    /// Windows along this axis of the value, of which no more is known.
    Unknown(usize),
}

/// What a value depends on, out of one input: along each of its axes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    axes: [Along; 3],
}

impl Along {
    const NOTHING: Along = Along { field: Field::Nothing, spatial: false };

    /// What a layer's value depends on that reaches so for this value.
    const fn through(self, reaches: &[Reach]) -> Along {
        let axis = match self.field {
            Field::Moving(axis, _) | Field::Unknown(axis) if axis < reaches.len() => axis,
            _ => return self,
        };
        let (to, outer) = match reaches[axis] {
            Reach::Same(to) => return Along { field: self.field.along(to), ..self },
            Reach::Everything => return Along { field: Field::All, ..self },
            Reach::Places | Reach::Bins { gives: 1, .. } => return Along { field: Field::All, spatial: true },
            Reach::Inside(inside) => {
                let field = match inside.field {
                    Field::Moving(to, outer) => self.field.then(to, Some(outer)),
                    other => other,
                };
                return Along { field, spatial: self.spatial || inside.spatial };
            }
            Reach::Window { axis, kernel, stride, before, dilation } => {
                (axis, Some(Table::window(kernel, stride, before, dilation)))
            }
            Reach::Transposed { axis, kernel, stride, before } => (axis, Table::transposed(kernel, stride, before)),
            Reach::Bins { axis, takes, gives } if takes <= LARGEST => (axis, Table::bins(takes, gives)),
            Reach::Bins { axis, .. } => (axis, None),
        };
        Along { field: self.field.then(to, outer), spatial: true }
    }

    /// What a value depends on that depends on both.
    const fn with(self, other: Along) -> Along {
        let spatial = self.spatial || other.spatial;
        let field = match (self.field, other.field) {
            (Field::Nothing, field) | (field, Field::Nothing) => field,
            (Field::All, _) | (_, Field::All) => Field::All,
            (Field::Unknown(a) | Field::Moving(a, _), Field::Unknown(b)) | (Field::Unknown(a), Field::Moving(b, _)) => {
                if a == b {
                    Field::Unknown(a)
                } else {
                    Field::All
                }
            }
            (Field::Moving(a, one), Field::Moving(b, other)) => match one.with(&other) {
                Some(table) if a == b => Field::Moving(a, table),
                _ => Field::All,
            },
        };
        Along { field, spatial }
    }

    const fn field(&self) -> AxisField {
        match &self.field {
            Field::Nothing => AxisField::Nothing,
            Field::All => AxisField::All,
            Field::Unknown(_) => AxisField::Unknown,
            Field::Moving(_, table) => match table.measures() {
                Some((size, stride, offset)) => AxisField::Window { size, stride, offset },
                None => AxisField::Nothing,
            },
        }
    }
}

impl Field {
    /// The same along another axis of the value.
    const fn along(self, axis: usize) -> Field {
        match self {
            Field::Moving(_, table) => Field::Moving(axis, table),
            Field::Unknown(_) => Field::Unknown(axis),
            other => other,
        }
    }

    /// Of a layer that reads values so, where that is known.
    const fn then(self, to: usize, outer: Option<Table>) -> Field {
        let table = match (self, outer) {
            (Field::Moving(_, inner), Some(outer)) => inner.then(&outer),
            _ => None,
        };
        match table {
            Some(table) => Field::Moving(to, table),
            None => Field::Unknown(to),
        }
    }
}

impl Sight {
    /// What depends on nothing of the input.
    const NOTHING: Sight = Sight { axes: [Along::NOTHING; 3] };

    /// What an input of `rank` axes depends on: itself.
    const fn input(rank: usize) -> Sight {
        let (mut sight, mut axis) = (Sight::NOTHING, 0);
        while axis < rank {
            sight.axes[axis].field = Field::Moving(axis, Table::SAME);
            axis += 1;
        }
        sight
    }

    const fn through(mut self, reaches: &[Reach]) -> Sight {
        let mut axis = 0;
        while axis < self.axes.len() {
            self.axes[axis] = self.axes[axis].through(reaches);
            axis += 1;
        }
        self
    }

    const fn with(mut self, other: &Sight) -> Sight {
        let mut axis = 0;
        while axis < self.axes.len() {
            self.axes[axis] = self.axes[axis].with(other.axes[axis]);
            axis += 1;
        }
        self
    }
}

/// What each value depends on of each input: a row for each input, each node and the first output, with as
/// many entries as there are inputs. A step is a stage of a node: its row, the rows that it reads, and how
/// far it reaches along each axis of what it takes, where that is not the same place.
#[doc(hidden)]
pub const fn sights<const ENTRIES: usize, const INPUTS: usize>(
    ranks: [usize; INPUTS],
    steps: &[(usize, &[usize], &[Reach])],
) -> [Sight; ENTRIES] {
    let mut all = [Sight::NOTHING; ENTRIES];
    let mut input = 0;
    while input < INPUTS {
        all[input * INPUTS + input] = Sight::input(ranks[input]);
        input += 1;
    }
    let mut step = 0;
    while step < steps.len() {
        let (row, sources, reaches) = steps[step];
        let mut input = 0;
        while input < INPUTS {
            let (mut sight, mut source) = (Sight::NOTHING, 0);
            while source < sources.len() {
                sight = sight.with(&all[sources[source] * INPUTS + input].through(reaches));
                source += 1;
            }
            all[row * INPUTS + input] = sight;
            input += 1;
        }
        step += 1;
    }
    let mut input = 0;
    while input < INPUTS {
        mark_spatial::<ENTRIES, INPUTS>(&mut all, input);
        input += 1;
    }
    all
}

/// Marks the axes of an input along which any window moves, in all rows.
const fn mark_spatial<const ENTRIES: usize, const INPUTS: usize>(all: &mut [Sight; ENTRIES], input: usize) {
    let mut axis = 0;
    while axis < 3 {
        let (mut spatial, mut at) = (false, input);
        while at < ENTRIES {
            spatial |= all[at].axes[axis].spatial;
            at += INPUTS;
        }
        at = input;
        while at < ENTRIES {
            all[at].axes[axis].spatial = spatial;
            at += INPUTS;
        }
        axis += 1;
    }
}

/// How far the network inside reaches whose sights these are, along an axis of its input. One that says
/// nothing of it, as a layer of the user's own, depends on everything.
#[doc(hidden)]
pub const fn inside(sights: &'static [Sight], axis: usize) -> Reach {
    match sights.last() {
        Some(sight) => Reach::Inside(&sight.axes[axis]),
        None => Reach::Everything,
    }
}

/// The receptive field of the value in that row, in one input out of so many, which has this name.
#[doc(hidden)]
pub const fn receptive_field<N: Network>(
    input: usize,
    inputs: usize,
    name: &'static str,
    row: usize,
) -> ReceptiveField {
    let mut field = ReceptiveField { input: name, axes: [AxisField::Nothing; 3], count: 0 };
    let mut axis = 0;
    while axis < field.axes.len() {
        let along = &N::SIGHTS[row * inputs + input].axes[axis];
        if along.spatial {
            field.axes[field.count] = along.field();
            field.count += 1;
        }
        axis += 1;
    }
    field
}
