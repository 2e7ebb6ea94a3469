//! Finding a product by what somebody typed: the beginning of a code, words of the name in any order, typing errors.
//! Typing errors are known by the words that the catalogue is made of.

use std::collections::BTreeSet;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use nexus_db::DbResult;

use super::model::Product;
use super::queries::{self, Filter};
use crate::italy::text::{fold, key, similar};
use crate::schema::{product_words, products};

/// How alike two words are when one is a typing error of the other: one change in four letters, two in six.
const ALIKE: f64 = 0.66;
/// A shorter word is looked for as it is: too much is like it.
const FUZZY_FROM: usize = 4;
/// Words of the catalogue that one word may stand for.
const READINGS: usize = 5;
/// Candidates that are ranked.
const CANDIDATES: i64 = 400;

/// What somebody typed, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Each must be found.
    words: Vec<String>,
    /// All of it without blanks and marks, as codes are typed.
    code: String,
}

impl Wanted {
    /// Nothing, when there is no letter and no digit in it.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<String> = fold(text)
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(8)
            .map(|word| word.chars().take(60).collect())
            .collect();
        let code = key(text).chars().take(60).collect();
        (!words.is_empty()).then_some(Self { words, code })
    }

    /// The smaller, the better: a code that begins so, a name that begins so, all words, words with typing errors.
    fn rank(&self, product: &Product) -> (u8, u32) {
        let sku = product.fields.sku.as_deref().map(key).unwrap_or_default();
        let adm = product
            .fields
            .adm_code
            .as_deref()
            .map(key)
            .unwrap_or_default();
        if sku == self.code || adm == self.code {
            return (0, 0);
        }
        if sku.starts_with(&self.code) || adm.starts_with(&self.code) {
            return (1, 0);
        }
        if product.name_key.starts_with(&self.code) {
            return (2, 0);
        }
        let missing = self.words.iter().filter(|word| {
            let mut texts = product.search_text.split(' ');
            !texts.any(|text| text.starts_with(word.as_str()))
        });
        let missing = missing.count();
        if missing == 0 {
            return (3, 0);
        }
        let inside = |word: &String| product.search_text.contains(word.as_str());
        if self.words.iter().all(inside) {
            return (4, 0);
        }
        (5, self.distance(product))
    }

    /// How far the words are from those of the product, in thousandths.
    fn distance(&self, product: &Product) -> u32 {
        let of_word = |word: &String| {
            let texts = product.search_text.split(' ');
            texts.map(|text| alike(word, text)).fold(0.0, f64::max)
        };
        let alike: f64 = self.words.iter().map(of_word).sum();
        let words = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let far = (1.0 - alike / f64::from(words)) * 1000.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 1000"
        )]
        let thousandths = far.clamp(0.0, 1000.0) as u32;
        thousandths
    }

    /// Whether it names this product without a doubt: by a code, or by its whole name.
    #[must_use]
    pub fn is(&self, product: &Product) -> bool {
        self.rank(product) == (0, 0) || product.name_key == self.code
    }
}

/// How alike a typed word is to one of the catalogue, or to the beginning of one.
fn alike(typed: &str, known: &str) -> f64 {
    let begun: String = known.chars().take(typed.chars().count()).collect();
    similar(typed, known).max(similar(typed, &begun) * 0.95)
}

type Condition = Box<dyn BoxableExpression<products::table, Pg, SqlType = Bool>>;

/// A product holds one of these words.
fn holds_any(words: &[String]) -> Option<Condition> {
    let like =
        |word: &String| -> Condition { Box::new(products::search_text.like(format!("%{word}%"))) };
    let mut conditions = words.iter().map(like);
    let first = conditions.next()?;
    Some(conditions.fold(first, |all, one| Box::new(all.or(one))))
}

/// The products that fit best, at most `limit`.
pub fn best(
    conn: &mut PgConnection,
    wanted: &Wanted,
    filter: &Filter,
    limit: usize,
) -> DbResult<Vec<Product>> {
    let as_typed: Vec<Vec<String>> = wanted.words.iter().map(|word| vec![word.clone()]).collect();
    let mut found = holding(conn, filter, &as_typed)?;
    if wanted.words.len() > 1 {
        for product in holding(conn, filter, &[vec![wanted.code.clone()]])? {
            if found.iter().all(|known| known.id != product.id) {
                found.push(product);
            }
        }
    }
    if found.is_empty() {
        let readings = readings(conn, wanted)?;
        if readings != as_typed {
            found = holding(conn, filter, &readings)?;
        }
    }
    found.sort_by_cached_key(|product| (wanted.rank(product), product.name_key.clone()));
    found.truncate(limit);
    Ok(found)
}

/// Products that hold one word of each list.
fn holding(
    conn: &mut PgConnection,
    filter: &Filter,
    words: &[Vec<String>],
) -> DbResult<Vec<Product>> {
    let conditions = words.iter().filter_map(|any| holds_any(any));
    let query = conditions.fold(queries::filtered(filter), diesel::QueryDsl::filter);
    Ok(query
        .order((products::name_key, products::id))
        .limit(CANDIDATES)
        .select(Product::as_select())
        .load(conn)?)
}

/// What each word may stand for: itself when it is long enough to be in the catalogue, else the words most like it.
fn readings(conn: &mut PgConnection, wanted: &Wanted) -> DbResult<Vec<Vec<String>>> {
    let fuzzy = |word: &&String| {
        word.chars().count() >= FUZZY_FROM && word.chars().all(char::is_alphabetic)
    };
    if !wanted.words.iter().any(|word| fuzzy(&word)) {
        return Ok(wanted.words.iter().map(|word| vec![word.clone()]).collect());
    }
    let catalogue: Vec<String> = product_words::table
        .select(product_words::word)
        .load(conn)?;
    let reading = |word: &String| {
        let known = catalogue.iter().any(|known| known.contains(word.as_str()));
        if known || !fuzzy(&word) {
            return vec![word.clone()];
        }
        let mut near: Vec<(f64, &String)> = catalogue
            .iter()
            .map(|known| (alike(word, known), known))
            .filter(|(alike, _)| *alike >= ALIKE)
            .collect();
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        let near = near.into_iter().take(READINGS);
        let near: Vec<String> = near.map(|(_, known)| known.clone()).collect();
        if near.is_empty() {
            vec![word.clone()]
        } else {
            near
        }
    };
    Ok(wanted.words.iter().map(reading).collect())
}

/// The product in use that each of these texts names: by a code or its whole name, else the only one that has all its
/// words. The former are read at once; a column of codes is one query.
pub fn named(conn: &mut PgConnection, texts: &[String]) -> DbResult<Vec<Option<Product>>> {
    let wanted: Vec<Option<Wanted>> = texts.iter().map(|text| Wanted::of(text)).collect();
    let codes: Vec<String> = texts
        .iter()
        .map(|text| text.trim().to_uppercase())
        .collect();
    let names: Vec<String> = texts.iter().map(|text| key(text)).collect();
    let upper = diesel::dsl::sql::<diesel::sql_types::Text>("upper(sku)");
    let by_code = products::sku.is_not_null().and(upper.eq_any(codes));
    let mut known: Vec<Product> = queries::filtered(&Filter::default())
        .filter(by_code)
        .select(Product::as_select())
        .load(conn)?;
    known.extend(
        queries::filtered(&Filter::default())
            .filter(products::name_key.eq_any(names))
            .select(Product::as_select())
            .load(conn)?,
    );
    let mut found = Vec::with_capacity(texts.len());
    for wanted in wanted {
        let Some(wanted) = wanted else {
            found.push(None);
            continue;
        };
        if let Some(product) = known.iter().find(|product| wanted.is(product)) {
            found.push(Some(product.clone()));
            continue;
        }
        let as_typed: Vec<Vec<String>> =
            wanted.words.iter().map(|word| vec![word.clone()]).collect();
        let mut holding = holding(conn, &Filter::default(), &as_typed)?;
        let sure = holding.iter().position(|product| wanted.is(product));
        found.push(match (sure, holding.len()) {
            (Some(at), _) => Some(holding.swap_remove(at)),
            (None, 1) => holding.pop(),
            _ => None,
        });
    }
    Ok(found)
}

/// Learns the words of these products.
pub fn learn(conn: &mut PgConnection, of: &[Product]) -> DbResult<()> {
    let words: BTreeSet<&str> = of
        .iter()
        .flat_map(|product| product.search_text.split(' '))
        .filter(|word| (3..=40).contains(&word.chars().count()))
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    let rows: Vec<_> = words
        .into_iter()
        .map(|word| product_words::word.eq(word))
        .collect();
    diesel::insert_into(product_words::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}
