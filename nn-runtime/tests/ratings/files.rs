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
    // Quotes are letters between tabs, but for those around a whole field.
    assert_eq!(triples(&read(&RatingsReader::u_data(), "\"196\"\t\"242\"\t\"3\"\n186\t302\t4\n")), expected);
    assert_eq!(triples(&read(&RatingsReader::u_data(), "\"a\tb\"\t1\n")), [("\"a", "b\"", 1.0)]);
}

#[test]
fn files_as_other_programs_write_them_are_read() {
    let expected = [("196", "242", 3.0), ("186", "302", 4.0)];
    let any = RatingsReader::new();
    let times = "2005-04-02 23:53:47";
    let texts = [
        // Times as text: Kaggle's copy of MovieLens 20M.
        format!("\"userId\",\"movieId\",\"rating\",\"timestamp\"\r\n196,242,3,\"{times}\"\r\n186,302,4,{times}\r\n"),
        format!("196,242,3,{times}\n186,302,4,\n"),
        format!("196\t242\t3\t{times}\n186\t302\t4\tyesterday\n"),
        format!("196::242::3::{times}\n186::302::4::{times}\n"),
        // Numbers in quotes without a header, between all that separates.
        "\"196\",\"242\",\"3\"\n\"186\",\"302\",\"4.0\"\n".to_owned(),
        "\"196\";\"242\";\"3\"\n\"186\";\"302\";\"4,0\"\n".to_owned(),
        "\"196\"\t\"242\"\t\"3\"\n\"186\"\t\"302\"\t\"4\"\n".to_owned(),
        // Semicolons, decimal commas, and commas or semicolons in quotes that separate nothing.
        "user;item;rating;time\n196;242;3,0;1,5\n186;302;4;2\n".to_owned(),
        "x;rating;user;item\n\"a,b,c,d,e,f\";3;196;242\n;4,0;186;302\n".to_owned(),
        "\"x;y;z;u;v\",rating,user,item\n,3,196,242\n,4,186,302\n".to_owned(),
        // Blank lines and a byte order mark before the first.
        "\r\n  \n\n196,242,3\n\n186,302,4".to_owned(),
        "\u{feff}196\t242\t3\t0\r\n186\t302\t4\t0\r\n".to_owned(),
        "\u{feff}\n\n\"user\";\"item\";\"rating\"\n196;242;3\n186;302;4".to_owned(),
        "\u{feff}\"196\",242,3\n186,302,4".to_owned(),
    ];
    for text in texts {
        let ratings = any.from_reader(text.as_bytes()).unwrap_or_else(|error| panic!("{error} in {text}"));
        assert_eq!(triples(&ratings), expected, "{text}");
    }
    let books = "\"User-ID\";\"ISBN\";\"Book-Rating\"\r\n\"276725\";\"034545104X\";\"0\"\r\n";
    let books = read(
        &any.clone().columns("User-ID", "ISBN", "Book-Rating").scale(RatingScale::new(0.0, 1.0, 11).unwrap()),
        books,
    );
    assert_eq!(triples(&books), [("276725", "034545104X", 0.0)]);
    assert_eq!(read(&RatingsReader::semicolons(), "user;item;rating\n1;2;2,5\n").rating(0, 0), Some(2.5));
    // One colon separates nothing.
    assert_eq!(read(&any, "1::Alien: 3::3\n").item_name(0), Some("Alien: 3"));
    // A name that holds quotes, a separator and the end of a line.
    let text = "user,item,rating\n1,\"The \"\"Good\"\",\nand so on\",3\n";
    assert_eq!(read(&any, text).item_name(0), Some("The \"Good\",\nand so on"));
}

#[test]
fn lines_and_quotes_that_do_not_end_are_errors() {
    /// A line feed once in a while, or never, and no end.
    struct Endless(&'static [u8], usize);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.iter_mut().enumerate().for_each(|(i, byte)| *byte = self.0[(self.1 + i) % self.0.len()]);
            self.1 += buffer.len();
            assert!(self.1 < 1 << 23, "no more than is needed");
            Ok(buffer.len())
        }
    }
    let long =
        |line| format!("line {line}: expected at most 1048576 bytes, found more; are these ratings, a line each?");
    for reader in [RatingsReader::new(), RatingsReader::csv(), RatingsReader::u_data(), RatingsReader::movielens_1m()] {
        assert_eq!(reader.from_reader(Endless(b"\0", 0)).unwrap_err().to_string(), long(1));
    }
    let start = &b"1,2,3\n1,3,3\n"[..];
    let error = RatingsReader::new().from_reader(std::io::Read::chain(start, Endless(b"7", 0))).unwrap_err();
    assert_eq!(error.to_string(), long(3));
    // A quote swallows all lines behind it.
    let lines = Endless(b"1,\"2,3\n4,5,5\n9,9,9\n", 0);
    let open = |line, until| {
        format!("line {line}: expected a `\"` that closes the field which one opens, found none up to {until}")
    };
    assert!(RatingsReader::new().from_reader(lines).is_err());
    let lines = std::io::Read::chain(&b"1,2,3\n1,\"3,3\n"[..], Endless(b"1,4,5\n", 0));
    assert_eq!(RatingsReader::new().from_reader(lines).unwrap_err().to_string(), open(2, "a mebibyte behind it"));
    check(RatingsReader::new(), "\n1,2,3\n1,\"3,3\n1,4,5\n1,5,5\n", &open(3, "the end of the file"));
    check(RatingsReader::semicolons(), "user;item;rating\n1;2;\"3", &open(2, "the end of the file"));
    // A quote elsewhere than at a field's begin is a letter, as the inches of a screen.
    assert_eq!(triples(&read(&RatingsReader::new(), "1,24\" screen,3\n")), [("1", "24\" screen", 3.0)]);
    // A line of just the length that it may have.
    let longest = format!("{},2,3\n", "7".repeat((1 << 20) - 5));
    assert_eq!(read(&RatingsReader::new(), &longest).len(), 1);
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
    let expected = "line 4: expected one rating by `1` of `2`, found another in line 2";
    check(csv(), format!("{head}2,2,3\n1,2,4\n1,2,4\n"), expected);
    check(csv(), b"userId,movieId,rating\n1,2,3\n1,\xff,3\n", "line 3: expected text in UTF-8, found other bytes");
    check(RatingsReader::movielens_1m(), "1::2::3\n1:x:2::3\n", "line 2: expected 3 fields, found 2");
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
