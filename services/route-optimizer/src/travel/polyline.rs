//! Google's encoded polyline, five digits: what OSRM and VROOM call "geometry".

use crate::request::Coordinates;

/// Encodes a line of places.
pub fn encode(places: &[Coordinates]) -> String {
    let mut text = String::new();
    let (mut latitude, mut longitude) = (0_i64, 0_i64);
    for place in places {
        let (next_latitude, next_longitude) = (scaled(place[1]), scaled(place[0]));
        step(next_latitude - latitude, &mut text);
        step(next_longitude - longitude, &mut text);
        (latitude, longitude) = (next_latitude, next_longitude);
    }
    text
}

fn scaled(degrees: f64) -> i64 {
    (degrees * 1e5).round() as i64
}

fn step(difference: i64, text: &mut String) {
    // The sign goes to the lowest bit; then five bits a character, least first.
    let mut rest = (difference << 1) ^ (difference >> 63);
    while rest >= 0x20 {
        text.push(char::from((((rest & 0x1f) | 0x20) + 63) as u8));
        rest >>= 5;
    }
    text.push(char::from((rest + 63) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_encoded_as_published() {
        let line = [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]];
        assert_eq!(encode(&line), "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
    }
}
