use super::*;

fn split(root: &RootKey, threshold: u8, shares: u8) -> Vec<Share> {
    root.split(Proportion::new(threshold, shares).unwrap()).unwrap()
}

/// The same share once more, as if it had been typed again.
fn again(share: &Share) -> Share {
    Share::parse(&share.to_text()).unwrap()
}

/// Every choice of some of the shares.
fn hands(shares: &[Share], size: u32) -> Vec<Vec<Share>> {
    let every = (0_u32..1 << shares.len()).filter(|hand| hand.count_ones() == size);
    let held = |hand: u32| (0..shares.len()).filter(move |place| hand >> place & 1 == 1);
    every.map(|hand| held(hand).map(|place| again(&shares[place])).collect()).collect()
}

#[test]
fn every_choice_of_enough_shares_rebuilds_the_key_and_none_of_fewer_does() {
    for shares in 2..=6 {
        for threshold in 2..=shares {
            let root = RootKey::generate();
            let split = split(&root, threshold, shares);
            assert_eq!(split.iter().map(Share::index).collect::<Vec<_>>(), (1..=shares).collect::<Vec<_>>());
            for size in 0..=u32::from(shares) {
                for hand in hands(&split, size) {
                    match RootKey::from_shares(&hand) {
                        Ok(found) => {
                            assert!(size >= u32::from(threshold));
                            assert_eq!(found.secret().bytes(), root.secret().bytes());
                        }
                        Err(error) => {
                            assert!(size < u32::from(threshold));
                            assert!(matches!(error, SplitError::TooFew { .. }));
                        }
                    }
                }
            }
        }
    }
}

/// Not only refused by count: what the others would have to say is as open as before.
#[test]
fn fewer_shares_than_are_needed_make_another_key_even_by_force() {
    let root = RootKey::generate();
    let shares = split(&root, 3, 5);
    for hand in hands(&shares, 2) {
        let lowered: Vec<Share> = hand
            .into_iter()
            .map(|share| Share::new(share.split(), 2, share.index(), Secret::new(share.secret().bytes())))
            .collect();
        let found = RootKey::from_shares(&lowered).unwrap();
        assert_ne!(found.secret().bytes(), root.secret().bytes());
    }
}

#[test]
fn shares_of_two_splits_do_not_mix_even_of_one_key() {
    let root = RootKey::generate();
    let (one, other) = (split(&root, 2, 3), split(&root, 2, 3));
    assert!(one[0].split() != other[0].split());
    let mixed = [again(&one[0]), again(&other[1])];
    assert_eq!(RootKey::from_shares(&mixed).err(), Some(SplitError::Mixed));
}

#[test]
fn one_share_twice_counts_once() {
    let shares = split(&RootKey::generate(), 2, 3);
    let twice = [again(&shares[2]), again(&shares[2])];
    assert_eq!(RootKey::from_shares(&twice).err(), Some(SplitError::Twice(3)));
}

#[test]
fn a_share_that_was_made_up_makes_another_key() {
    let root = RootKey::generate();
    let shares = split(&root, 2, 3);
    let made_up = Share::new(shares[0].split(), 2, 2, Secret::generate());
    let found = RootKey::from_shares(&[again(&shares[0]), made_up]).unwrap();
    assert_ne!(found.secret().bytes(), root.secret().bytes());
}

#[test]
fn what_cannot_be_split_so_is_told() {
    for (threshold, shares) in [(0, 3), (1, 3), (4, 3), (2, 21), (21, 21), (2, 1)] {
        assert!(Proportion::new(threshold, shares).is_err(), "{threshold} of {shares}");
    }
    assert!(Proportion::new(2, 2).is_ok() && Proportion::new(20, 20).is_ok());
}
