//! The tables, once for both databases. Compared with what the migrations make by `tests/api/schema.rs`.

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    keyring (purpose, version) {
        purpose -> Text,
        version -> Integer,
        wrapped -> Binary,
        handover -> Nullable<Binary>,
        created_at -> BigInt,
        active_from -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    key_splits (id) {
        id -> Text,
        number -> Integer,
        threshold -> Integer,
        shares -> Integer,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    key_split_shares (split_id, share_index) {
        split_id -> Text,
        share_index -> Integer,
        fingerprint -> Binary,
    }
}

diesel::table! {
    hubs (id) {
        id -> Text,
        name -> Text,
        country -> Text,
        state -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        role -> Text,
        status -> Text,
        password_hash -> Text,
        governed_as -> Nullable<Text>,
        away_until -> Nullable<BigInt>,
        duress_hash -> Nullable<Text>,
        duress_since -> Nullable<BigInt>,
        decoy_hash -> Nullable<Text>,
        decoy_since -> Nullable<BigInt>,
        no_password_since -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    hub_members (hub_id, user_id) {
        hub_id -> Text,
        user_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        factor_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ended_reason -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (token_hash) {
        token_hash -> Text,
        session_id -> Text,
        issued_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (actor_id, key) {
        actor_id -> Text,
        key -> Text,
        fingerprint -> Binary,
        answer -> Binary,
        case_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        position -> Nullable<BigInt>,
        recorded_at -> BigInt,
        actor_id -> Nullable<Text>,
        action -> Text,
        outcome -> Text,
        case_id -> Nullable<Text>,
        subject -> Nullable<Text>,
        body -> Binary,
        leaf -> Binary,
    }
}

diesel::table! {
    audit_subtrees (level, number) {
        level -> Integer,
        number -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    audit_checkpoints (tree_size) {
        tree_size -> BigInt,
        root -> Binary,
        key_version -> Integer,
        note -> Text,
        signed_at -> BigInt,
    }
}

diesel::table! {
    audit_cosignatures (tree_size, witness) {
        tree_size -> BigInt,
        witness -> Text,
        line -> Text,
        cosigned_at -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    shelters (id) {
        id -> Text,
        hub_id -> Text,
        codename -> Text,
        beds -> Integer,
        state -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        code -> Text,
        hub_id -> Text,
        stage -> Text,
        status -> Text,
        risk -> Text,
        sex -> Text,
        age_band -> Text,
        origin_country -> Text,
        destination_country -> Nullable<Text>,
        restricted -> Bool,
        outcome -> Nullable<Text>,
        merged_into -> Nullable<Text>,
        opened_on -> Date,
        since -> Date,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    case_keys (case_id) {
        case_id -> Text,
        wrapped -> Binary,
        key_version -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    case_periods (id) {
        id -> Text,
        case_id -> Text,
        hub_id -> Text,
        stage -> Text,
        status -> Text,
        outcome -> Nullable<Text>,
        reason -> Text,
        from_on -> Date,
        until_on -> Nullable<Date>,
        sequence -> BigInt,
        note -> Nullable<Binary>,
        recorded_at -> BigInt,
        recorded_by -> Text,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    case_team (case_id, user_id) {
        case_id -> Text,
        user_id -> Text,
        identity -> Bool,
        contact -> Bool,
        family -> Bool,
        protection -> Bool,
        health -> Bool,
        legal -> Bool,
        passage -> Bool,
        ends_at -> Nullable<BigInt>,
        added_by -> Text,
        added_at -> BigInt,
        changed_by -> Nullable<Text>,
        changed_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    sealed_records (id) {
        id -> Text,
        case_id -> Text,
        field_group -> Text,
        version -> BigInt,
        sealed -> Binary,
        recorded_at -> BigInt,
        recorded_by -> Text,
    }
}

diesel::table! {
    stays (id) {
        id -> Text,
        case_id -> Text,
        shelter_id -> Text,
        arrived_on -> Date,
        left_on -> Nullable<Date>,
        leaving -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    journeys (id) {
        id -> Text,
        case_id -> Text,
        state -> Text,
        destination_country -> Text,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<BigInt>,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    legs (id) {
        id -> Text,
        case_id -> Text,
        journey_id -> Text,
        place -> Integer,
        from_country -> Text,
        to_country -> Text,
        keeper_id -> Text,
        planned_on -> Date,
        started_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        state -> Text,
        created_by -> Text,
        created_at -> BigInt,
        updated_by -> Text,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    asylum_applications (id) {
        id -> Text,
        case_id -> Text,
        country -> Text,
        authority -> Text,
        level -> Text,
        state -> Text,
        applied_on -> Date,
        state_on -> Date,
        decided_on -> Nullable<Date>,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    resettlements (id) {
        id -> Text,
        case_id -> Text,
        country -> Text,
        primary_category -> Text,
        secondary_category -> Nullable<Text>,
        priority -> Text,
        state -> Text,
        state_on -> Date,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    canary_cases (case_id) {
        case_id -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        user_id -> Text,
        session_id -> Text,
        name -> Text,
        token_hash -> Text,
        permissions -> Text,
        addresses -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    account_grants (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        role -> Nullable<Text>,
        asked_by -> Text,
        asked_as -> Text,
        asked_at -> BigInt,
        expires_at -> BigInt,
        decision -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        code_hash -> Nullable<Text>,
        code_expires_at -> Nullable<BigInt>,
        activated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    case_readings (user_id, case_id) {
        user_id -> Text,
        case_id -> Text,
        counted_at -> BigInt,
    }
}

diesel::table! {
    reading_allowances (user_id) {
        user_id -> Text,
        more -> BigInt,
        until_at -> Nullable<BigInt>,
        allowed_by -> Nullable<Text>,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    case_merges (id) {
        id -> Text,
        survivor_id -> Text,
        merged_id -> Text,
        reason -> Text,
        team -> Text,
        merged_by -> Text,
        merged_at -> BigInt,
        undone_reason -> Nullable<Text>,
        undone_by -> Nullable<Text>,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    case_merge_rows (merge_id, of_table, row_id) {
        merge_id -> Text,
        of_table -> Text,
        row_id -> Text,
    }
}

diesel::table! {
    case_merge_places (merge_id, user_id) {
        merge_id -> Text,
        user_id -> Text,
        place_version -> BigInt,
        former -> Nullable<Text>,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> Text,
        secret -> Nullable<Binary>,
        enrolled_at -> Nullable<BigInt>,
        pending -> Nullable<Binary>,
        pending_since -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    mail_addresses (user_id) {
        user_id -> Text,
        sealed -> Binary,
        set_at -> BigInt,
        told_to -> BigInt,
        not_before -> BigInt,
        mailed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Text,
        user_id -> Text,
        made_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    emergency_accesses (id) {
        id -> Text,
        case_id -> Text,
        hub_id -> Text,
        user_id -> Text,
        reason -> Text,
        explanation -> Nullable<Binary>,
        began_at -> BigInt,
        ends_at -> BigInt,
        ended_by -> Nullable<Text>,
        finding -> Nullable<Text>,
        reviewed_by -> Nullable<Text>,
        reviewed_at -> Nullable<BigInt>,
        reminded_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        subject -> Text,
        told_at -> BigInt,
        seen_at -> Nullable<BigInt>,
    }
}

// The stage report of an earlier day groups by columns of both.
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    case_periods::hub_id,
    case_periods::stage,
    case_periods::status,
    cases::destination_country,
    cases::sex,
    cases::age_band,
);

diesel::table! {
    search_texts (id) {
        id -> Text,
        sealed -> Binary,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    duplicate_candidates (id) {
        id -> Text,
        lower_case -> Text,
        upper_case -> Text,
        state -> Text,
        version -> BigInt,
        noted_at -> BigInt,
        lower_by -> Nullable<Text>,
        upper_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    erasures (id) {
        id -> Text,
        case_id -> Text,
        state -> Text,
        reason -> Text,
        requested_by -> Nullable<Text>,
        requested_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        wiped_at -> Nullable<BigInt>,
        certificate -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    legal_holds (id) {
        id -> Text,
        case_id -> Text,
        reason -> Text,
        placed_by -> Text,
        placed_at -> BigInt,
        lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}
