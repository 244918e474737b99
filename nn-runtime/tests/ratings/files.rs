//! Files of ratings, sound and not.

use nn_runtime::{
    data::{RatingScale, Ratings},
    io::{RatingsFault, RatingsReader},
};

fn read(reader: &RatingsReader, text: &str) -> Ratings {
    reader.from_reader(text.as_bytes()).unwrap()
}

/// Every rating by names.
fn triples(ratings: &Ratings) -> Vec<(&str, &str, f64)> {
    let name = |(user, rating): (usize, nn_runtime::data::Rating)| {
        let names = (ratings.user_name(user).unwrap(), ratings.item_name(rating.item).unwrap());
        (names.0, names.1, ratings.scale().rating(rating.level as f64))
    };
    ratings.iter().map(name).collect()
}

#[test]
fn every_layout_is_read_and_told_by_its_first_line() {
    let expected = [("196", "242", 3.0), ("186", "302", 4.0)];
    let u_data = "196\t242\t3\t881250949\n186\t302\t4\t891717742\n";
    let csv = "userId,movieId,rating,timestamp\n196,242,3.0,881250949\r\n186,302,4,891717742";
    let texts = [
        (RatingsReader::u_data(), u_data.to_owned()),
        (RatingsReader::movielens_1m(), u_data.replace('\t', "::")),
        (RatingsReader::csv(), csv.to_owned()),
        (RatingsReader::csv(), format!("\u{feff}{csv}\n\n")),
        (RatingsReader::tsv(), csv.replace(',', "\t")),
        (RatingsReader::csv().without_header(), "196,242,3\n186,302,4\n".to_owned()),
        (RatingsReader::csv(), "rating, Item_ID ,x,USER\n3,242,,196\r\n\r\n4,\"302\",hm,\"186\"\r\n".to_owned()),
        (RatingsReader::tsv().columns("a", "b", "c"), "c\tb\ta\n3\t242\t196\n4\t302\t186\n".to_owned()),
    ];
    for (place, (reader, text)) in texts.iter().enumerate() {
        let ratings = read(reader, text);
        assert_eq!(triples(&ratings), expected, "{text}");
        assert_eq!(ratings.scale(), RatingScale::STARS);
        if place + 1 < texts.len() {
            assert_eq!(read(&RatingsReader::new(), text), ratings, "{text}");
        }
    }
    // Quotes are letters between tabs.
    assert_eq!(triples(&read(&RatingsReader::u_data(), "\"a\tb\"\t1\n")), [("\"a", "b\"", 1.0)]);
}

#[test]
fn the_scale_is_that_of_all_ratings_or_the_one_that_is_set() {
    let half = read(&RatingsReader::new(), "1,2,5\n1,3,0.5\n");
    assert_eq!((half.scale(), half.of(0)[0].level, half.of(0)[1].level), (RatingScale::HALF_STARS, 9, 0));
    let whole = read(&RatingsReader::new().scale(RatingScale::HALF_STARS), "1,2,5\n");
    assert_eq!((whole.scale(), whole.of(0)[0].level), (RatingScale::HALF_STARS, 9));
    let jester = RatingScale::new(-10.0, 0.5, 41).unwrap();
    assert_eq!(read(&RatingsReader::new().scale(jester), "1,2,-9.5\n").rating(0, 0), Some(-9.5));
}

#[track_caller]
fn check(reader: RatingsReader, text: impl AsRef<[u8]>, expected: &str) {
    let error = reader.from_reader(text.as_ref()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn each_fault_names_its_line() {
    let (csv, data) = (RatingsReader::csv, RatingsReader::u_data);
    let head = "userId,movieId,rating\n1,2,3\n";
    check(csv(), "", "expected ratings, found none");
    check(csv(), "userId,movieId,rating\n", "expected ratings, found none");
    check(csv(), "userId,film,rating\n1,2,3", "line 1: expected a column `movieId`, found `userId`, `film`, `rating`");
    check(csv().columns("u", "i", "r"), "U,i,r\n", "line 1: expected a column `u`, found `U`, `i`, `r`");
    check(csv(), format!("{head}1,2\n"), "line 3: expected 3 fields, found 2");
    check(csv(), format!("{head}\n1,2,3,4\n"), "line 4: expected 3 fields, found 4");
    check(csv(), format!("\n{head}\r\n \n1,2,3,4"), "line 6: expected 3 fields, found 4");
    check(data(), "1\t2\n", "line 1: expected 3 or 4 fields, found 2");
    check(data(), "1 2 3 4\n", "line 1: expected 3 or 4 fields, found 1");
    check(csv(), format!("{head},2,3\n"), "line 3, column 1: expected the name of a user, found ``");
    check(csv(), format!("{head}2,\" \",3\n"), "line 3, column 2: expected the name of an item, found ``");
    for found in ["", "good", "nan", "NaN", "inf", "-1", "0", "5.5", "3.2", "4,5", "1e400"] {
        let text = format!("{head}2,2,\"{found}\"\n");
        let expected = format!("line 3, column 3: expected a rating of 0.5, 1, …, 5, found `{found}`");
        check(csv(), text, &expected);
    }
    let expected = "line 3, column 3: expected a rating of 1, 2, …, 5, found `2.5`";
    check(csv().scale(RatingScale::STARS), format!("{head}2,2,2.5\n"), expected);
    let expected = "line 2, column 4: expected a time as a number, found `yesterday`";
    check(data(), "1\t2\t3\t4\n1\t3\t3\tyesterday\n", expected);
    let expected = "line 4: expected one rating by `1` of `2`, found another in line 2";
    check(csv(), format!("{head}2,2,3\n1,2,4\n1,2,4\n"), expected);
    check(csv(), b"userId,movieId,rating\n1,2,3\n1,\xff,3\n", "line 3: expected text in UTF-8, found other bytes");
    let expected = "line 2, column 1: expected `::` between fields, found `:x:`";
    check(RatingsReader::movielens_1m(), "1::2::3\n1:x:2::3\n", expected);
}

#[test]
fn a_file_is_named_in_its_errors() {
    let missing = RatingsReader::new().read("no such file").unwrap_err();
    assert!(matches!(missing.fault, RatingsFault::Io(_)));
    assert!(missing.to_string().starts_with("`no such file`: cannot be read: "), "{missing}");
    let path = std::env::temp_dir().join(format!("plumbline-ratings-{}.data", std::process::id()));
    std::fs::write(&path, "1\t2\t3\t4\n5\t6\t7\t8\n").unwrap();
    let error = RatingsReader::new().read(&path).unwrap_err();
    std::fs::write(&path, "1\t2\t3\t4\n5\t6\t2\t8\n").unwrap();
    let ratings = RatingsReader::new().read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let expected = format!("`{}`: line 2, column 3: expected a rating of 0.5, 1, …, 5, found `7`", path.display());
    assert_eq!((error.to_string(), ratings.len()), (expected, 2));
}
