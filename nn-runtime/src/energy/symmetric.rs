//! Connections of units among themselves: symmetric matrices with zeros on the diagonal, kept so by all that writes to them.

use ndarray::ArrayView2;

use crate::{Element, energy::EnergyError};

/// Sets the connection of units `i` and `j` of `units`, in both of its places.
pub(super) fn set<E: Element>(weight: &mut [E], units: usize, i: usize, j: usize, value: E) -> Result<(), EnergyError> {
    if let Some(&found) = [i, j].iter().find(|&&unit| unit >= units) {
        return Err(EnergyError::Index { what: "a unit", bound: units, found });
    }
    check(i, j, value, value)?;
    weight[i * units + j] = value;
    weight[j * units + i] = value;
    Ok(())
}

/// Sets all connections of `units` units; none where one cannot be.
pub(super) fn set_all<E: Element>(weight: &mut [E], units: usize, from: ArrayView2<'_, E>) -> Result<(), EnergyError> {
    if from.shape() != [units, units] {
        return Err(EnergyError::Array { name: "weight", expected: vec![units, units], found: from.shape().to_vec() });
    }
    from.indexed_iter().try_for_each(|((i, j), &value)| check(i, j, value, from[[j, i]]))?;
    weight.iter_mut().zip(from.iter()).for_each(|(w, &value)| *w = value);
    Ok(())
}

/// Whether a number can stand at [i, j] where `mirrored` stands at [j, i].
fn check<E: Element>(row: usize, column: usize, value: E, mirrored: E) -> Result<(), EnergyError> {
    let expected = if !value.is_finite() {
        "a finite number"
    } else if row == column && value != E::zero() {
        "0, as no unit is connected to itself,"
    } else if value != mirrored {
        "the number at its mirrored place"
    } else {
        return Ok(());
    };
    Err(EnergyError::Connection { expected, found: value.as_f64(), row, column })
}

/// Makes a matrix symmetric by what stands above its diagonal, which becomes 0.
pub(super) fn mirror<E: Element>(weight: &mut [E], units: usize) {
    for i in 0..units {
        weight[i * units + i] = E::zero();
        for j in i + 1..units {
            weight[j * units + i] = weight[i * units + j];
        }
    }
}
