//! A dashboard as tables. Tiles are lists of lines; each line's fields are columns, those of `Amount` two of them.

use serde_json::{Map, Value};

use crate::dashboard::model::{Dashboard, Tile};

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// What a cell holds. Money is in cents in the figures, and in euros here.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Euros(i64),
    Share(f64),
}

/// The tables of a dashboard's tiles.
#[must_use]
pub fn tables(dashboard: &Dashboard) -> Vec<Table> {
    let json = serde_json::to_value(dashboard).unwrap_or_default();
    Tile::ALL
        .iter()
        .filter_map(|tile| Some((tile.word(), json.get(tile.word())?.as_object()?)))
        .flat_map(|(name, tile)| of_tile(name, tile))
        .collect()
}

fn of_tile(name: &str, tile: &Map<String, Value>) -> Vec<Table> {
    let mut tables = Vec::new();
    let single: Map<String, Value> = tile
        .iter()
        .filter(|(field, value)| field.as_str() != "ignores" && !value.is_array())
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    if !single.is_empty() {
        tables.push(table(name, &[Value::Object(single)]));
    }
    for (field, value) in tile {
        let lines = value
            .as_array()
            .filter(|lines| field != "ignores" && lines.iter().any(Value::is_object));
        let Some(lines) = lines else { continue };
        let nested = lines.iter().find_map(nested_list);
        match nested {
            // Pipelines with their stages: a line a stage, its pipeline before it.
            Some(list) => tables.push(table(name, &unfolded(lines, &list))),
            None => tables.push(table(&format!("{name}_{field}"), lines)),
        }
    }
    tables
}

fn nested_list(line: &Value) -> Option<String> {
    let fields = line.as_object()?;
    fields
        .iter()
        .find(|(_, value)| value.is_array())
        .map(|(field, _)| field.clone())
}

fn unfolded(lines: &[Value], list: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for line in lines {
        for inner in line[list].as_array().into_iter().flatten() {
            let mut row = Map::new();
            row.insert("pipeline".to_owned(), line["name"].clone());
            row.extend(inner.as_object().cloned().unwrap_or_default());
            rows.push(Value::Object(row));
        }
    }
    rows
}

/// What a line is about stands before what it says.
const FIRST: [&str; 8] = [
    "pipeline", "name", "key", "phase", "month", "from", "until", "unit",
];

fn table(name: &str, lines: &[Value]) -> Table {
    let mut columns: Vec<String> = Vec::new();
    let flat: Vec<Vec<(String, Value)>> = lines.iter().map(|line| flattened("", line)).collect();
    for (column, _) in flat.iter().flatten() {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    columns.sort_by_key(|column| {
        FIRST
            .iter()
            .position(|first| first == column)
            .unwrap_or(FIRST.len())
    });
    let rows = flat
        .iter()
        .map(|line| {
            let unit = line
                .iter()
                .find(|(column, _)| column == "unit")
                .and_then(|(_, unit)| unit.as_str());
            let value = |column: &String| {
                line.iter()
                    .find(|(name, _)| name == column)
                    .map(|(_, value)| value)
            };
            columns
                .iter()
                .map(|column| value(column).map_or(Cell::Empty, |value| cell(column, value, unit)))
                .collect()
        })
        .collect();
    Table {
        name: name.to_owned(),
        columns,
        rows,
    }
}

fn flattened(prefix: &str, value: &Value) -> Vec<(String, Value)> {
    let Some(fields) = value.as_object() else {
        return vec![(prefix.to_owned(), value.clone())];
    };
    let inner = |field: &str| {
        if prefix.is_empty() {
            field.to_owned()
        } else {
            format!("{prefix}_{field}")
        }
    };
    fields
        .iter()
        .filter(|(_, value)| !value.is_array())
        .flat_map(|(field, value)| flattened(&inner(field), value))
        .collect()
}

fn cell(column: &str, value: &Value, unit: Option<&str>) -> Cell {
    let is_value = matches!(column, "value" | "previous");
    let cents = column.ends_with("cents") || is_value && unit == Some("cents");
    let share = is_value && unit == Some("share")
        || ["share", "rate", "conversion", "attainment", "kept"]
            .iter()
            .any(|name| column.ends_with(name));
    match value {
        Value::Number(number) if cents => number.as_i64().map_or(Cell::Empty, Cell::Euros),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            if share {
                Cell::Share(number)
            } else {
                Cell::Number(number)
            }
        }
        Value::String(text) => Cell::Text(text.clone()),
        Value::Bool(yes) => Cell::Text(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Cell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_a_table_and_amounts_are_two_columns() {
        let tile = json!({"ignores": [], "agents": [
            {"name": "Anna", "won": {"count": 2, "cents": 12_345}, "win_rate": 0.5},
            {"name": "Bruno", "won": {"count": 0, "cents": 0}, "win_rate": null, "visits": 3},
        ]});
        let tables = of_tile("agents", tile.as_object().unwrap());
        assert_eq!(tables.len(), 1);
        assert_eq!(
            tables[0].columns,
            ["name", "win_rate", "won_cents", "won_count", "visits"]
        );
        assert_eq!(
            tables[0].rows[0],
            [
                Cell::Text("Anna".to_owned()),
                Cell::Share(0.5),
                Cell::Euros(12_345),
                Cell::Number(2.0),
                Cell::Empty
            ]
        );
    }

    #[test]
    fn stages_stand_under_their_pipeline() {
        let tile = json!({"ignores": [], "pipelines": [
            {"name": "Vendite", "deals": 3, "stages": [{"name": "Nuova", "deals": 1}, {"name": "Offerta", "deals": 2}]},
        ]});
        let tables = of_tile("pipeline", tile.as_object().unwrap());
        assert_eq!(tables[0].rows.len(), 2);
        assert_eq!(tables[0].columns, ["pipeline", "name", "deals"]);
        assert_eq!(tables[0].rows[1][2], Cell::Number(2.0));
    }
}
