-- The whole database, to be read from top to bottom. Migrations produce exactly this; a test compares.
--
-- Every tenant table has tenant_id, the primary key (tenant_id, ...) and keys that include tenant_id, so
-- that a cluster is a matter of create_distributed_table (ARCHITECTURE.md). Identifiers are UUIDv7 made by
-- the application; moments are parameters. Money is in minor units, points in units of the wallet,
-- quantities in thousandths, rates in basis points: integers throughout.
--
-- Receipts do not reference branches, tills and versions by foreign key: every purchase of a business would
-- lock the same few parent rows. Those rows are never deleted (the application's role may not).

-- businesses -----------------------------------------------------------------------------------------

-- checklist_hidden_at: when the owner put the list of first steps away; null: it is shown until all is done.
-- sandbox_of: the business that this one is a copy of, to rehearse in; only such a one can be closed.
-- point_words: what points are called, in every form that sentences use; {}: as in our own messages.
create table businesses (
    tenant_id uuid primary key,
    name text not null check (name <> ''),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    country text not null check (country ~ '^[A-Z]{2}$'),
    language text not null check (language in ('ru', 'en')),
    time_zone text not null,
    point_words jsonb not null default '{}',
    created_at timestamptz not null,
    checklist_hidden_at timestamptz,
    sandbox_of uuid references businesses,
    closed_at timestamptz,
    spending_needs_permit boolean not null default false,
    check (closed_at is null or sandbox_of is not null),
    check (sandbox_of <> tenant_id)
);

create unique index businesses_sandbox on businesses (sandbox_of) where closed_at is null;

grant update on businesses to plushka_app;

-- hours: for each day of the week from Monday the minutes after midnight of opening and closing, or null.
-- A closed branch takes no receipts made after closed_at.
-- How a business looks to its members. logo: a PNG drawn by us; logo_digest names it.
create table branding (
    tenant_id uuid primary key references businesses,
    color text not null default '#b4531d' check (color ~ '^#[0-9a-f]{6}$'),
    card_style text not null default 'plain' check (card_style in ('plain', 'waves', 'bun')),
    motto text not null default '' check (length(motto) <= 60),
    logo bytea check (length(logo) <= 2097152),
    logo_digest text not null default '',
    check ((logo is null) = (logo_digest = ''))
);

grant update on branding to plushka_app;

create table branches (
    tenant_id uuid not null references businesses,
    id uuid not null,
    code text not null check (code <> ''),
    name text not null,
    address text not null default '',
    time_zone text not null,
    day_starts_minutes smallint not null default 240 check (day_starts_minutes between 0 and 1439),
    hours jsonb not null default '[null, null, null, null, null, null, null]'
        constraint branch_hours_of_seven_days check (jsonb_array_length(hours) = 7),
    created_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, code)
);

grant update on branches to plushka_app;

-- staff ----------------------------------------------------------------------------------------------

-- A person who signs in; the same person may work for several businesses.
create table accounts (
    id uuid primary key,
    email text not null unique check (email = lower(email)),
    name text not null,
    password_hash text not null,
    language text not null check (language in ('ru', 'en')),
    created_at timestamptz not null
);

grant update on accounts to plushka_app;

-- id names a session in a list; device and address are of its latest request, seen_at to the minute.
create table sessions (
    token_hash bytea primary key,
    id uuid not null unique,
    account_id uuid not null references accounts,
    tenant_id uuid not null references businesses,
    device text not null default '',
    address text not null default '',
    -- By a passkey, or by a code after the password; or one of them was made and proved in it.
    is_two_factor boolean not null default false,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null
);

grant update (tenant_id, address, seen_at, is_two_factor), delete on sessions to plushka_app;

create index sessions_of_account on sessions (account_id);
create index sessions_expiring on sessions (expires_at);

-- Tries to sign in that failed, or have not come through yet: who guesses is slowed down. Swept hourly.
-- network: an IPv4 address, or the /64 of an IPv6 one.
create table sign_in_tries (
    id uuid primary key,
    email_hash bytea not null,
    network text not null,
    at timestamptz not null
);

grant delete on sign_in_tries to plushka_app;

create index sign_in_tries_of_email on sign_in_tries (email_hash, at);
create index sign_in_tries_of_network on sign_in_tries (network, at);
create index sign_in_tries_expiring on sign_in_tries (at);

-- The second step of signing in by an app's codes: in force when confirmed by a first one. last_step is the
-- time step of the latest code that was taken, so that none is taken twice.
create table second_factors (
    account_id uuid primary key references accounts,
    secret text not null,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    last_step bigint not null default 0
);

grant update (confirmed_at, last_step), delete on second_factors to plushka_app;

create table recovery_codes (
    account_id uuid not null references accounts,
    code_hash bytea not null,
    created_at timestamptz not null,
    used_at timestamptz,
    primary key (account_id, code_hash)
);

grant update (used_at), delete on recovery_codes to plushka_app;

create table passkeys (
    credential_id bytea primary key,
    id uuid not null unique,
    account_id uuid not null references accounts,
    public_key bytea not null,
    sign_count bigint not null check (sign_count >= 0),
    name text not null check (name <> ''),
    created_at timestamptz not null,
    used_at timestamptz
);

grant update (sign_count, used_at), delete on passkeys to plushka_app;

create index passkeys_of_account on passkeys (account_id);

-- A step that awaits its answer for some minutes: a code after the password, a signature of a passkey.
-- account_id is null while it is not known who comes.
create table challenges (
    token_hash bytea primary key,
    kind text not null check (kind in ('second_factor', 'passkey_sign_in', 'passkey_registration')),
    account_id uuid references accounts,
    tries smallint not null default 0 constraint challenge_tries_bounded check (tries between 0 and 5),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    check (account_id is not null or kind = 'passkey_sign_in')
);

grant update (tries), delete on challenges to plushka_app;

create index challenges_expire on challenges (expires_at);

-- Roles of which a business demands a second factor: one of the five, or role:id of its own.
create table second_factor_demands (
    tenant_id uuid not null references businesses,
    role text not null,
    primary key (tenant_id, role)
);

grant delete on second_factor_demands to plushka_app;

create table password_resets (
    token_hash bytea primary key,
    account_id uuid not null references accounts,
    -- The business that made it, none: the operator. It holds while the person works there and nowhere else.
    business_id uuid references businesses,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

grant update (used_at) on password_resets to plushka_app;

create index password_resets_of_account on password_resets (account_id);

-- A business's own roles: a name and the actions of the office that it may do.
create table roles (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    actions text[] not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, name)
);

grant update (name, actions), delete on roles to plushka_app;

-- A person has one of the five roles that every business knows, or one of its own.
-- entered_at: when the person last chose this business; signing in leads to the latest.
create table staff (
    tenant_id uuid not null references businesses,
    id uuid not null,
    account_id uuid not null references accounts,
    role text check (role in ('owner', 'manager', 'marketer', 'accountant', 'cashier')),
    own_role_id uuid,
    created_at timestamptz not null,
    entered_at timestamptz,
    seen_at timestamptz,
    dismissed_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, account_id),
    constraint staff_has_one_role check (num_nonnulls(role, own_role_id) = 1),
    foreign key (tenant_id, own_role_id) references roles (tenant_id, id)
);

create index staff_of_account on staff (account_id);

grant update on staff to plushka_app;

-- The branches that a person is restricted to; none: all of them.
create table staff_branches (
    tenant_id uuid not null,
    staff_id uuid not null,
    branch_id uuid not null,
    primary key (tenant_id, staff_id, branch_id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id),
    foreign key (tenant_id, branch_id) references branches (tenant_id, id)
);

grant delete on staff_branches to plushka_app;

-- A link that gives whoever opens it a place in the business, once.
create table invitations (
    tenant_id uuid not null references businesses,
    id uuid not null,
    token_hash bytea not null,
    name text not null,
    role text check (role in ('owner', 'manager', 'marketer', 'accountant', 'cashier')),
    own_role_id uuid,
    branch_ids uuid[] not null default '{}',
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, token_hash),
    constraint invitation_gives_one_role check (num_nonnulls(role, own_role_id) = 1),
    constraint invitation_ends_once check (accepted_at is null or revoked_at is null),
    constraint invitation_names_who_accepted check ((accepted_at is null) = (accepted_by is null)),
    foreign key (tenant_id, own_role_id) references roles (tenant_id, id),
    foreign key (tenant_id, accepted_by) references staff (tenant_id, id)
);

grant update (accepted_at, accepted_by, revoked_at) on invitations to plushka_app;

-- A till without a branch (a connector, a web shop) names the branch in each request.
create table tills (
    tenant_id uuid not null references businesses,
    id uuid not null,
    branch_id uuid,
    name text not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, branch_id) references branches (tenant_id, id)
);

grant update on tills to plushka_app;

create table api_keys (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    secret_hash bytea not null,
    hint text not null,
    scopes text[] not null check (
        scopes <@ array['members', 'quotes', 'purchases', 'returns', 'certificates', 'events']
    ),
    created_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, secret_hash),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

grant update on api_keys to plushka_app;

-- By what somebody takes over a till: argon2 of four to six digits. It opens no office. is_own: they have chosen it;
-- one that somebody else has given is changed before it opens a shift.
create table cashier_pins (
    tenant_id uuid not null,
    staff_id uuid not null,
    pin_hash text not null,
    is_own boolean not null,
    set_at timestamptz not null,
    primary key (tenant_id, staff_id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant update, delete on cashier_pins to plushka_app;

-- Tries of a PIN that failed, or have not come through yet: who guesses waits.
create table pin_tries (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    staff_id uuid not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant delete on pin_tries to plushka_app;

create index pin_tries_of_cashier on pin_tries (tenant_id, staff_id, at);
create index pin_tries_of_till on pin_tries (tenant_id, till_id, at);

-- A cashier's time at a till. One is open at most: whoever comes next closes what was forgotten.
create table shifts (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    staff_id uuid not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, id),
    constraint shift_closes_after_opening check (closed_at >= opened_at),
    foreign key (tenant_id, till_id) references tills (tenant_id, id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant update (closed_at) on shifts to plushka_app;

create unique index shifts_open on shifts (tenant_id, till_id) where closed_at is null;

-- founding -------------------------------------------------------------------------------------------

-- What is typed before a business is founded. Without an account it is the first business's: there is one
-- such row at most, and whoever brings the key that the operator was shown may go on with it.
create table setups (
    id uuid primary key,
    account_id uuid references accounts,
    key_hash bytea,
    draft jsonb not null,
    created_at timestamptz not null,
    unique nulls not distinct (account_id),
    constraint setup_has_account_or_key check ((account_id is null) = (key_hash is not null))
);

grant update (key_hash, draft, account_id), delete on setups to plushka_app;

-- audit ----------------------------------------------------------------------------------------------

-- Who changed what, when, from where: written in the transaction of the change, never altered.
-- changes: what was before and what is after, by the name of the thing. address: null where nobody came by network.
create table audit_entries (
    tenant_id uuid not null references businesses,
    id uuid not null,
    at timestamptz not null,
    actor text not null,
    address text,
    action text not null,
    subject text not null,
    details jsonb not null,
    changes jsonb not null,
    primary key (tenant_id, id)
);

-- Only to empty those of an erased member, which name them; who did what when stays.
grant update (changes) on audit_entries to plushka_app;

create index audit_entries_of_actor on audit_entries (tenant_id, actor, id);
create index audit_entries_of_subject on audit_entries (tenant_id, subject, id);

-- tasks ----------------------------------------------------------------------------------------------

-- Long work (exports, imports, bulk actions): how far it is and what came of it. runner: the worker that has it;
-- a step of one that has lost it finds that out and is rolled back. cursor: where the next step goes on.
-- attempts: how often it was begun since a step was last finished. branch_ids: those its actor is restricted to.
create table tasks (
    tenant_id uuid not null references businesses,
    id uuid not null,
    kind text not null check (kind <> ''),
    arguments jsonb not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    runner uuid,
    attempts smallint not null default 0,
    done bigint not null default 0 check (done >= 0),
    total bigint check (total >= 0),
    cursor text not null default '',
    result jsonb not null default '{}',
    failure text not null default '',
    file_name text not null default '',
    actor text not null,
    branch_ids uuid[] not null default '{}',
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    primary key (tenant_id, id),
    check ((state in ('waiting', 'running')) = (finished_at is null)),
    check ((state = 'failed') = (failure <> '')),
    check (state <> 'running' or runner is not null and started_at is not null)
);

grant update on tasks to plushka_app;

-- The input of a task and its output, in order of number.
create table task_parts (
    tenant_id uuid not null,
    task_id uuid not null,
    is_input boolean not null,
    number integer not null check (number > 0),
    content bytea not null check (length(content) between 1 and 1048576),
    primary key (tenant_id, task_id, is_input, number),
    foreign key (tenant_id, task_id) references tasks (tenant_id, id)
);

grant delete on task_parts to plushka_app;

-- changes --------------------------------------------------------------------------------------------

-- What was written since it was last added up, told by the transaction that wrote it: new receipts, returns and postings,
-- members whose receipts moved, and that days of the business begin at another moment. subjects: their ids; none for a
-- calendar. Only what adds them up deletes rows. No foreign key: every purchase would lock its business.
create table changes (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null check (kind in ('receipts', 'returns', 'postings', 'members', 'calendar')),
    subjects uuid[] not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    constraint change_names_its_subjects check ((kind = 'calendar') = (subjects = '{}'))
);

grant delete on changes to plushka_app;

-- members --------------------------------------------------------------------------------------------

-- blocked: neither earns nor spends, while sales go on. is_unverified: enrolled themselves through a link and
-- nobody has seen them yet, so that points wait for their first purchase. merged_into: the member who has all
-- that this one had, never one who was merged too. spending_stopped_at: since when they say that points were spent
-- without them, and none are. invited_by: who brought them, told once (referral_tries).
-- language: what they chose to read in. name_key: the name as it is compared and ordered; people type «е» for «ё».
create table members (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null,
    name_key text not null generated always as (replace(lower(name), 'ё', 'е')) stored,
    sex text check (sex in ('female', 'male')),
    birthday date,
    birthday_changed_at timestamptz,
    tags text[] not null default '{}',
    personal_discount_bp integer not null default 0 check (personal_discount_bp between 0 and 10000),
    source text not null default 'till' check (source in ('till', 'office', 'link', 'bot', 'app', 'import')),
    link_id uuid,
    is_unverified boolean not null default false,
    language text check (language in ('ru', 'en')),
    preferred_channel text
        check (preferred_channel in ('telegram', 'max', 'vk', 'push', 'email', 'sms', 'inbox')),
    blocked_at timestamptz,
    blocked_by text,
    blocked_reason text check (blocked_reason <> ''),
    spending_stopped_at timestamptz,
    merged_into uuid check (merged_into <> id),
    erased_at timestamptz,
    invited_by uuid check (invited_by <> id),
    enrolled_at timestamptz not null,
    primary key (tenant_id, id),
    constraint member_blocked_with_reason check (num_nonnulls(blocked_at, blocked_by, blocked_reason) in (0, 3)),
    constraint member_of_link check (link_id is null or source in ('link', 'bot')),
    foreign key (tenant_id, merged_into) references members (tenant_id, id)
);

grant update on members to plushka_app;

create index members_spending_stopped on members (tenant_id, spending_stopped_at)
    where spending_stopped_at is not null;
create index members_merged on members (tenant_id, merged_into) where merged_into is not null;
-- For whose birthday is near; 29 February is looked for as the day that it is.
create index members_of_birthday on members
    (tenant_id, (extract(month from birthday)), (extract(day from birthday))) where birthday is not null;
create index members_invited on members (tenant_id, invited_by) where invited_by is not null;
create index members_of_link on members (tenant_id, link_id) where link_id is not null;

create table identities (
    tenant_id uuid not null,
    kind text not null check (kind in ('phone', 'card', 'email', 'external')),
    value text not null check (value <> ''),
    member_id uuid not null,
    created_at timestamptz not null,
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (member_id), delete on identities to plushka_app;

create index identities_of_member on identities (tenant_id, member_id);

-- Each giving and taking back of a consent; the latest row of a kind is what holds now. text_version names the
-- text that was agreed to, null where none was shown.
create table consents (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    kind text not null check (kind in ('personal_data', 'marketing', 'sms', 'email', 'messenger', 'call')),
    is_given boolean not null,
    source text not null check (
        source in ('till', 'office', 'link', 'bot', 'app', 'import', 'sms', 'complaint')
    ),
    text_version text check (text_version <> ''),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (member_id) on consents to plushka_app;

-- Tells also what was said, without looking at the rows: of all members it is asked at once.
create index consents_of_member on consents (tenant_id, member_id, kind, id) include (is_given);

-- What strangers are shown to agree to, where the business has written a text of its own: each version stays.
-- Version 1 is ours, from the catalogue.
create table consent_texts (
    tenant_id uuid not null references businesses,
    kind text not null check (kind in ('personal_data', 'marketing')),
    number integer not null check (number > 1),
    ru text not null check (ru <> ''),
    en text not null check (en <> ''),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, kind, number)
);

-- A member's account in a messenger; external_id names it there. blocked: the person has stopped our bot; gone: the
-- account is no more. Neither is written to until the person writes again.
create table channel_addresses (
    tenant_id uuid not null,
    messenger text not null check (messenger in ('telegram', 'max', 'vk')),
    external_id text not null check (external_id <> ''),
    member_id uuid not null,
    language text not null check (language in ('ru', 'en')),
    state text not null default 'open' check (state in ('open', 'blocked', 'gone')),
    created_at timestamptz not null,
    seen_at timestamptz not null,
    primary key (tenant_id, messenger, external_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update, delete on channel_addresses to plushka_app;

create index channel_addresses_of_member on channel_addresses (tenant_id, member_id);

-- Codes by SMS with which a person proves that a phone is theirs; without digits: proved, by whoever has the token.
-- network: an IPv4 address, or the /64 of an IPv6 one. Cleared after a day.
create table phone_codes (
    tenant_id uuid not null references businesses,
    id uuid not null,
    token_hash bytea not null,
    phone text not null check (phone <> ''),
    network text not null,
    digits_hash bytea,
    tries smallint not null default 0 constraint phone_code_tries_bounded check (tries between 0 and 5),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, token_hash)
);

grant update (digits_hash, tries, expires_at), delete on phone_codes to plushka_app;

create index phone_codes_of_phone on phone_codes (tenant_id, phone, created_at);
create index phone_codes_of_network on phone_codes (tenant_id, network, created_at);

-- Where members are signed in to the app. A session in a messenger is short: its signed data opens a new one.
create table member_sessions (
    tenant_id uuid not null,
    id uuid not null,
    token_hash bytea not null,
    member_id uuid not null,
    host text not null check (host in ('browser', 'telegram', 'max', 'vk')),
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, token_hash),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (seen_at, expires_at), delete on member_sessions to plushka_app;

create index member_sessions_of_member on member_sessions (tenant_id, member_id);

-- Launches of the app in a messenger, by what the messenger has signed: each opens it once. token_hash: of a launch
-- by somebody we do not know; whoever brings the token and proves a phone is known there from then on.
create table launches (
    tenant_id uuid not null references businesses,
    digest bytea not null,
    messenger text not null check (messenger in ('telegram', 'max', 'vk')),
    external_id text not null check (external_id <> ''),
    token_hash bytea not null,
    at timestamptz not null,
    primary key (tenant_id, digest),
    unique (tenant_id, token_hash)
);

grant delete on launches to plushka_app;

-- That a member's personal data were destroyed: kept for three years, without the data themselves. followers: the
-- members who had been merged into this one. categories: what was destroyed.
create table erasure_acts (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    followers uuid[] not null,
    categories text[] not null,
    reason text not null check (reason in ('own_request')),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, member_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

-- Whose data were destroyed, by keyed fingerprints of phone, e-mail and accounts (platform/vault.py): they get no offers
-- until they ask for them, no_offers, and are not welcomed with points before welcome_from.
create table suppressions (
    tenant_id uuid not null references businesses,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    no_offers boolean not null default true,
    welcome_from timestamptz not null,
    created_at timestamptz not null,
    primary key (tenant_id, fingerprint)
);

grant update (no_offers, welcome_from) on suppressions to plushka_app;

-- Days of people close to a member (F236), without a year.
create table member_dates (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    whose text not null check (whose <> ''),
    kind text not null check (kind in ('birthday', 'wedding', 'other')),
    month smallint not null check (month between 1 and 12),
    day smallint not null check (day between 1 and 31),
    created_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (member_id), delete on member_dates to plushka_app;

create index member_dates_of_day on member_dates (tenant_id, month, day);
create index member_dates_of_member on member_dates (tenant_id, member_id);

-- What staff wrote of a member: a note is struck out, never altered.
create table member_notes (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    body text not null check (body <> ''),
    actor text not null,
    at timestamptz not null,
    struck_at timestamptz,
    struck_by text,
    primary key (tenant_id, id),
    check ((struck_at is null) = (struck_by is null)),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

-- Struck out by staff, deleted only with the member's other data.
grant update, delete on member_notes to plushka_app;

create index member_notes_of_member on member_notes (tenant_id, member_id);

-- Who became part of whom. record: what moved and how it was before, with which a merge is undone.
create table merges (
    tenant_id uuid not null,
    id uuid not null,
    kept_id uuid not null,
    merged_id uuid not null check (merged_id <> kept_id),
    reason text not null check (reason <> ''),
    record json not null,
    actor text not null,
    at timestamptz not null,
    undone_at timestamptz,
    undone_by text,
    primary key (tenant_id, id),
    check ((undone_at is null) = (undone_by is null)),
    foreign key (tenant_id, kept_id) references members (tenant_id, id),
    foreign key (tenant_id, merged_id) references members (tenant_id, id)
);

-- record: emptied when the member is erased.
grant update (undone_at, undone_by, record) on merges to plushka_app;

create unique index merges_standing on merges (tenant_id, merged_id) where undone_at is null;
create index merges_of_kept on merges (tenant_id, kept_id);

-- A member has proved a phone that is another card's, and may join both: once, until expires_at.
create table merge_offers (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    other_id uuid not null check (other_id <> member_id),
    phone text not null check (phone <> ''),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    answer text check (answer in ('agreed', 'declined')),
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, other_id) references members (tenant_id, id)
);

grant update (answer), delete on merge_offers to plushka_app;

create index merge_offers_of_other on merge_offers (tenant_id, other_id);
create index merge_offers_of_member on merge_offers (tenant_id, member_id);

-- Where members come from: a link with a short code, for a branch, a cashier or a campaign.
create table registration_links (
    tenant_id uuid not null references businesses,
    id uuid not null,
    code text not null check (code <> ''),
    name text not null check (name <> ''),
    branch_id uuid,
    cashier text check (cashier <> ''),
    created_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, branch_id) references branches (tenant_id, id)
);

grant update on registration_links to plushka_app;

-- Whose link a code is, asked before a business is known.
create table registration_codes (
    code text primary key check (code <> ''),
    tenant_id uuid not null references businesses,
    link_id uuid not null
);

-- Tries of strangers to enrol themselves by a link, of all businesses: they are counted by network.
create table join_tries (
    id uuid primary key,
    network text not null,
    at timestamptz not null
);

grant delete on join_tries to plushka_app;

create index join_tries_of_network on join_tries (network, at);
create index join_tries_expiring on join_tries (at);

-- How often a link was opened, by the business's day.
create table link_visits (
    tenant_id uuid not null,
    link_id uuid not null,
    business_date date not null,
    opened integer not null check (opened > 0),
    primary key (tenant_id, link_id, business_date),
    foreign key (tenant_id, link_id) references registration_links (tenant_id, id)
);

grant update on link_visits to plushka_app;

-- Filters, columns and order of the list of members under a name; query is the part of the address that asks for
-- them. Shared ones are seen by all staff.
create table saved_views (
    tenant_id uuid not null references businesses,
    id uuid not null,
    actor text not null,
    name text not null check (name <> ''),
    query text not null,
    columns text[] not null,
    is_shared boolean not null,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);

grant delete on saved_views to plushka_app;

-- How a person likes the list of members: its columns, and the view that it opens with.
create table list_habits (
    tenant_id uuid not null references businesses,
    actor text not null,
    columns text[],
    view_id uuid,
    primary key (tenant_id, actor)
);

grant update on list_habits to plushka_app;

-- events -----------------------------------------------------------------------------------------------

-- Kinds of events that a business declares beside those built in (reviews, surveys). fields: their names, titles, types.
-- A kind that is retired takes no events any more.
create table event_kinds (
    tenant_id uuid not null references businesses,
    name text not null check (name ~ '^[a-z][a-z0-9_]{0,49}$'),
    title text not null check (title <> ''),
    fields jsonb not null check (jsonb_typeof(fields) = 'array'),
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (tenant_id, name)
);

grant update (title, fields, retired_at) on event_kinds to plushka_app;

-- What happened to a member besides purchases, as a till told it under its own number, unique for ever, or staff noted it.
-- outcome: what it gave and what not, as it was answered. data and outcome are emptied when the member is erased.
create table member_events (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    kind text not null check (kind <> ''),
    till_id uuid,
    external_id text check (external_id <> ''),
    digest bytea not null,
    data jsonb not null check (jsonb_typeof(data) = 'object'),
    occurred_at timestamptz not null,
    noted_at timestamptz not null,
    actor text not null,
    outcome jsonb not null default '[]',
    cancelled_at timestamptz,
    cancelled_by text,
    cancel_reason text check (cancel_reason <> ''),
    primary key (tenant_id, id),
    unique (tenant_id, till_id, external_id),
    constraint event_of_till_has_number check ((till_id is null) = (external_id is null)),
    constraint event_not_ahead check (occurred_at <= noted_at),
    constraint event_cancelled_with_reason
        check (num_nonnulls(cancelled_at, cancelled_by, cancel_reason) in (0, 3)),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

grant update (data, outcome, cancelled_at, cancelled_by, cancel_reason) on member_events to plushka_app;

create index member_events_of_member on member_events (tenant_id, member_id, id);
create index member_events_of_kind on member_events (tenant_id, kind, id);

-- What lies in a member's cart on a site, as the shop told last under the cart's number. id: changes when a cart that was
-- over is filled anew, or is another member's now. said_at: by the shop's clock, which orders what is told of one cart;
-- changed_at: the same, never ahead of ours. It is over when the shop or a purchase says so (outcome); a cart of which only
-- the end was told holds nothing. Forgotten a month after it was told of last, and with its member.
create table carts (
    tenant_id uuid not null references businesses,
    id uuid not null,
    external_id text not null check (external_id <> ''),
    member_id uuid not null,
    till_id uuid not null,
    sum_minor bigint not null check (sum_minor >= 0),
    items jsonb not null check (jsonb_typeof(items) = 'array'),
    link text not null default '' check (link = '' or link like 'https://%'),
    said_at timestamptz not null,
    changed_at timestamptz not null,
    noted_at timestamptz not null,
    ended_at timestamptz,
    outcome text check (outcome in ('emptied', 'ordered', 'bought')),
    primary key (tenant_id, id),
    unique (tenant_id, external_id),
    constraint cart_not_ahead check (changed_at <= noted_at and changed_at <= said_at and ended_at <= noted_at),
    constraint cart_ended_somehow check ((ended_at is null) = (outcome is null)),
    constraint cart_holds_something check (ended_at is not null or jsonb_array_length(items) > 0),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

grant update, delete on carts to plushka_app;

create index carts_left on carts (tenant_id, changed_at) where ended_at is null;
create index carts_of_member on carts (tenant_id, member_id);
create index carts_noted on carts (tenant_id, noted_at);

-- catalog --------------------------------------------------------------------------------------------

create table categories (
    tenant_id uuid not null references businesses,
    code text not null,
    name text not null,
    parent_code text,
    primary key (tenant_id, code),
    foreign key (tenant_id, parent_code) references categories (tenant_id, code)
);

grant update on categories to plushka_app;

-- category_path: the codes of the product's category and of all above it. cost_minor: what a whole unit costs the
-- business, where it is known; it may be changed, receipts keep what held when they were made. price_minor: what a
-- whole unit is sold for as a rule, for a till that has no prices of its own. barcode: where it is not the sku itself.
-- archived_at: tills offer it no more; receipts that name it are taken as ever.
create table products (
    tenant_id uuid not null references businesses,
    sku text not null,
    name text not null,
    category_path text[] not null default '{}',
    brand text,
    kind text not null default 'goods' check (kind in ('goods', 'certificate', 'delivery')),
    cost_minor bigint check (cost_minor >= 0),
    price_minor bigint check (price_minor >= 0),
    barcode text check (barcode <> ''),
    archived_at timestamptz,
    primary key (tenant_id, sku)
);

create index products_by_name on products (tenant_id, name, sku);

create index products_of_barcode on products (tenant_id, barcode) where barcode is not null;

grant update on products to plushka_app;

-- programs: rules ------------------------------------------------------------------------------------

-- picture: a WebP drawn by us; picture_digest names it.
create table programs (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    description text not null default '',
    picture bytea check (length(picture) <= 8388608),
    picture_digest text not null default '',
    created_at timestamptz not null,
    primary key (tenant_id, id),
    check ((picture is null) = (picture_digest = ''))
);

-- The right to change the name is also the right to lock the row, on which publishers queue.
grant update (name, description, picture, picture_digest) on programs to plushka_app;

-- Immutable (S20). In force: the latest valid_from that has come, of these the highest number.
create table program_versions (
    tenant_id uuid not null,
    id uuid not null,
    program_id uuid not null,
    number integer not null check (number > 0),
    valid_from timestamptz not null,
    body jsonb not null,
    published_at timestamptz not null,
    published_by text not null,
    primary key (tenant_id, id),
    unique (tenant_id, program_id, number),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- What is being written, one a programme. began_from: the number of the version it began from, null before the
-- first. Each save makes a new revision: who saves over one that they have not seen is refused. removed: rules that
-- were taken out of it and can be put back.
create table program_drafts (
    tenant_id uuid not null,
    program_id uuid not null,
    body jsonb not null,
    began_from integer check (began_from > 0),
    revision uuid not null,
    saved_at timestamptz not null,
    saved_by text not null,
    removed json not null default '[]',
    primary key (tenant_id, program_id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update, delete on program_drafts to plushka_app;

-- Which programme serves a branch since when; the business's first one serves those without a line. In force: the
-- latest valid_from that has come, of these the highest number. A line is never altered: a later one replaces it.
create table branch_programs (
    tenant_id uuid not null,
    branch_id uuid not null,
    number integer not null check (number > 0),
    program_id uuid not null,
    valid_from timestamptz not null,
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, branch_id, number),
    constraint branch_program_not_of_the_past check (valid_from >= at),
    foreign key (tenant_id, branch_id) references branches (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

-- ledger ---------------------------------------------------------------------------------------------

-- A projection of the journal, under the transaction that writes it. The four balances are disjoint.
-- due_at: not later than the moment when a lot must be activated or burned or a hold released; null when none.
-- last_purchase_on (the business day) and its zone carry sliding lots on.
-- moved_to: the wallet that has all of this one since their members were merged; it moves no more.
-- parted_at: when a merge into its member was undone last; who waited for its lock then may have meant the other.
-- closed_at: when its member deleted themselves; what moves in it since is forfeited at once.
create table wallets (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    pending bigint not null default 0 constraint wallet_pending_not_negative check (pending >= 0),
    available bigint not null default 0 constraint wallet_available_not_negative check (available >= 0),
    held bigint not null default 0 constraint wallet_held_not_negative check (held >= 0),
    debt bigint not null default 0 constraint wallet_debt_not_negative check (debt >= 0),
    due_at timestamptz,
    last_purchase_on date,
    last_purchase_zone text,
    moved_to uuid,
    parted_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, member_id, program_id),
    constraint wallet_bounded check (greatest(pending + available + held, debt) <= 1000000000000000),
    check ((last_purchase_on is null) = (last_purchase_zone is null)),
    constraint wallet_moved_is_empty check (
        moved_to is null or (moved_to <> id and pending + available + held + debt = 0 and due_at is null)
    ),
    constraint wallet_closed_is_empty check (
        closed_at is null or (pending + available + held + debt = 0 and due_at is null)
    ),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update on wallets to plushka_app;

create index wallets_due on wallets (tenant_id, due_at) where due_at is not null;

-- Points granted at once (S3). document_id: the receipt, return or adjustment that granted them.
-- A sliding lot really expires sliding_days after the member's last purchase, if that is later.
create table lots (
    tenant_id uuid not null,
    id uuid not null,
    wallet_id uuid not null,
    document_id uuid not null,
    granted bigint not null constraint lot_granted_positive check (granted > 0),
    pending bigint not null constraint lot_pending_not_negative check (pending >= 0),
    available bigint not null constraint lot_available_not_negative check (available >= 0),
    held bigint not null constraint lot_held_not_negative check (held >= 0),
    earned_at timestamptz not null,
    activates_at timestamptz not null,
    expires_at timestamptz,
    sliding_days integer check (sliding_days > 0),
    receipt_share_bp integer check (receipt_share_bp between 1 and 10000),
    primary key (tenant_id, id),
    constraint lot_not_over_granted check (pending + available + held <= granted),
    constraint lot_expires_after_activation check (expires_at > activates_at),
    foreign key (tenant_id, wallet_id) references wallets (tenant_id, id)
);

grant update on lots to plushka_app;

create index lots_open on lots (tenant_id, wallet_id) where pending + available + held > 0;

-- How many are open: PostgreSQL takes it for a third, and reads those of all members through the index one by one.
create statistics lots_left on (pending + available + held) from lots;

-- The journal: every movement of points, one row a movement, from the account debit to the account credit.
-- It cannot be unbalanced, and the application's role may only insert and read. Accounts of a member:
-- pending, available, held, debt. Contra accounts of the programme are derived: sums over these rows.
create table postings (
    tenant_id uuid not null,
    id uuid not null,
    wallet_id uuid not null,
    lot_id uuid,
    kind text not null,
    debit text not null,
    credit text not null,
    points bigint not null constraint posting_points_positive check (points > 0),
    document_id uuid not null,
    version_id uuid,
    at timestamptz not null,
    primary key (tenant_id, id),
    constraint posting_is_a_known_movement check (
        (kind, debit, credit) in (
            ('accrue', 'issued', 'pending'), ('accrue', 'issued', 'available'),
            ('activate', 'pending', 'available'),
            ('redeem', 'available', 'spent'),
            ('hold', 'available', 'held'), ('capture', 'held', 'spent'), ('release', 'held', 'available'),
            ('expire', 'available', 'burned'), ('expire', 'pending', 'burned'),
            ('claw_back', 'pending', 'reversed'), ('claw_back', 'available', 'reversed'),
            ('claw_back', 'debt', 'reversed'),
            ('grant_back', 'reversed', 'pending'), ('grant_back', 'reversed', 'available'),
            ('grant_back', 'reversed', 'debt'),
            ('restore', 'spent', 'available'),
            ('repay', 'available', 'debt'), ('hand_back', 'debt', 'available'),
            ('forgive', 'forgiven', 'debt'),
            ('forfeit', 'pending', 'forfeited'), ('forfeit', 'available', 'forfeited'), ('forfeit', 'forgiven', 'debt'),
            ('adjust', 'adjusted', 'available'), ('adjust', 'available', 'adjusted'),
            ('move', 'pending', 'moved'), ('move', 'available', 'moved'), ('move', 'held', 'moved'),
            ('move', 'moved', 'pending'), ('move', 'moved', 'available'), ('move', 'moved', 'held'),
            ('move', 'moved', 'debt'), ('move', 'debt', 'moved')
        )
    ),
    constraint posting_names_its_lot check (
        (lot_id is not null) = (array[debit, credit] && array['pending', 'available', 'held'])
    ),
    foreign key (tenant_id, wallet_id) references wallets (tenant_id, id)
);

create index postings_of_wallet on postings (tenant_id, wallet_id, id);
create index postings_of_document on postings (tenant_id, document_id);

create table holds (
    tenant_id uuid not null,
    id uuid not null,
    wallet_id uuid not null,
    till_id uuid not null,
    external_id text not null,
    points bigint not null check (points > 0),
    lots jsonb not null,
    state text not null check (state in ('open', 'captured', 'cancelled', 'expired')),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    closed_at timestamptz,
    digest bytea not null,
    idempotency_key text,
    primary key (tenant_id, id),
    unique (tenant_id, till_id, external_id),
    check ((state = 'open') = (closed_at is null)),
    foreign key (tenant_id, wallet_id) references wallets (tenant_id, id)
);

grant update on holds to plushka_app;

create unique index holds_idempotency on holds (tenant_id, till_id, idempotency_key)
    where idempotency_key is not null;

create index holds_open on holds (tenant_id, expires_at) where state = 'open';
create index holds_of_wallet on holds (tenant_id, wallet_id) where state = 'open';

-- Codes that members show at a till (S19): six digits and the text of a QR, by their hashes, for two minutes.
create table member_codes (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    digits_hash bytea not null,
    qr_hash bytea not null,
    expires_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, digits_hash),
    unique (tenant_id, qr_hash),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index member_codes_of_member on member_codes (tenant_id, member_id, id desc);

grant delete on member_codes to plushka_app;

-- What a code became: a till may spend the member's points, once. used_by: the receipt or the hold that did.
create table spend_permits (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    till_id uuid not null,
    source text not null check (source in ('code', 'button')),
    proof_hash bytea,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    used_by uuid,
    used_at timestamptz,
    primary key (tenant_id, id),
    constraint permit_of_code_has_proof check ((source = 'code') = (proof_hash is not null)),
    constraint permit_used_at_its_moment check ((used_by is null) = (used_at is null)),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

create index spend_permits_of_till on spend_permits (tenant_id, till_id, proof_hash);

grant update (used_by, used_at) on spend_permits to plushka_app;

-- Wrong codes tried at a till within the last minute.
create table code_tries (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

create index code_tries_of_till on code_tries (tenant_id, till_id, at);

grant delete on code_tries to plushka_app;

-- Movements by hand and opening balances of an import: points below zero take away.
create table adjustments (
    tenant_id uuid not null,
    id uuid not null,
    wallet_id uuid not null,
    kind text not null check (kind in ('adjustment', 'welcome', 'debt_write_off', 'import', 'campaign')),
    points bigint not null check (points <> 0),
    reason text not null check (reason <> ''),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, wallet_id) references wallets (tenant_id, id)
);

-- Those above the limit of who asked, until a second person decides (S18). An approved one is the adjustment
-- of the same id.
create table pending_adjustments (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    kind text not null check (kind in ('adjustment', 'debt_write_off')),
    points bigint not null check (points <> 0),
    limit_points bigint not null check (limit_points >= 0),
    reason text not null check (reason <> ''),
    requested_by text not null,
    requested_at timestamptz not null,
    life_days integer check (life_days > 0),
    receipt_share_bp integer check (receipt_share_bp between 1 and 10000),
    state text not null default 'waiting' check (state in ('waiting', 'approved', 'declined', 'withdrawn')),
    decided_by text,
    decided_at timestamptz,
    primary key (tenant_id, id),
    constraint pending_adjustment_decided check (
        num_nonnulls(decided_by, decided_at) = case state when 'waiting' then 0 else 2 end
    ),
    constraint pending_adjustment_by_a_second_person check (
        state in ('waiting', 'withdrawn') or decided_by <> requested_by
    ),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update on pending_adjustments to plushka_app;

create index pending_adjustments_waiting on pending_adjustments (tenant_id, id) where state = 'waiting';

-- The most whole points that somebody of a role may move by hand in a day, in each programme; a role without a row has
-- the default of the code.
create table adjustment_limits (
    tenant_id uuid not null references businesses,
    role text not null,
    points_max bigint not null check (points_max >= 0),
    primary key (tenant_id, role)
);

grant update on adjustment_limits to plushka_app;

-- What a person whose role has a limit has moved by hand on a day of the business, without a second person; in units.
create table moved_by_hand (
    tenant_id uuid not null references businesses,
    actor text not null,
    day date not null,
    program_id uuid not null,
    points bigint not null check (points >= 0),
    primary key (tenant_id, actor, day, program_id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update on moved_by_hand to plushka_app;

-- A prolonged life of a lot (S4): the latest extension is the lot's expires_at.
create table extensions (
    tenant_id uuid not null,
    id uuid not null,
    lot_id uuid not null,
    expires_before timestamptz not null,
    expires_at timestamptz not null,
    reason text not null check (reason <> ''),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    check (expires_at > expires_before),
    foreign key (tenant_id, lot_id) references lots (tenant_id, id)
);

create index extensions_of_lot on extensions (tenant_id, lot_id);

-- Results of `plushka ledger verify`, the nightly ones too.
create table verifications (
    tenant_id uuid not null references businesses,
    id uuid not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    figures jsonb not null,
    differences jsonb not null,
    primary key (tenant_id, id)
);

-- programs: standings --------------------------------------------------------------------------------

-- Where a member stands in a programme: tier and lifetime sums. reviewed_on: the day the tier was last reviewed.
create table standings (
    tenant_id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    tier text,
    tier_since timestamptz,
    tier_is_manual boolean not null default false,
    tier_until timestamptz,
    reviewed_on date,
    purchases integer not null default 0 check (purchases >= 0),
    spend_minor bigint not null default 0,
    points_earned bigint not null default 0,
    primary key (tenant_id, member_id, program_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update, delete on standings to plushka_app;

-- The same sums by business day, for windows shorter than a life and for caps per day and month.
create table standing_days (
    tenant_id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    business_date date not null,
    purchases integer not null,
    spend_minor bigint not null,
    points_earned bigint not null,
    -- Tells also what the days of all members come to, in their order and without looking at the rows: segments ask it.
    primary key (tenant_id, member_id, program_id, business_date) include (purchases, spend_minor)
);

grant update, delete on standing_days to plushka_app;

-- Days lie as they came, so the last of them are found by next to nothing.
create index standing_days_by_day on standing_days using brin (business_date);

-- Points by rule and day, only for rules with a cap of their own per day or month.
create table rule_days (
    tenant_id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    rule text not null,
    business_date date not null,
    points bigint not null,
    primary key (tenant_id, member_id, program_id, rule, business_date)
);

grant update, delete on rule_days to plushka_app;

-- Each change of a tier, with its reason: purchase, return, review, manual.
create table tier_changes (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    tier_before text,
    tier_after text,
    reason text not null check (reason <> ''),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index tier_changes_of_member on tier_changes (tenant_id, member_id, id);

-- simulation -----------------------------------------------------------------------------------------

-- What a draft would have done to the receipts that there are (docs/decisions/0102-what-if.md): asked once, kept with both
-- programmes as they were then. draft_mark: which save of the draft it was. answer: null until it is there.
create table simulations (
    tenant_id uuid not null,
    id uuid not null,
    program_id uuid not null,
    task_id uuid not null,
    draft_mark text not null,
    question json not null,
    answer json,
    actor text not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (tenant_id, id),
    constraint simulation_answered_when_finished check ((answer is null) = (finished_at is null)),
    foreign key (tenant_id, program_id) references programs (tenant_id, id),
    foreign key (tenant_id, task_id) references tasks (tenant_id, id)
);

grant update (answer, finished_at), delete on simulations to plushka_app;

create index simulations_of_program on simulations (tenant_id, program_id, id);

-- What a what-if comes to for each member: where they were when it was asked, what they gain, and the figures of both
-- courses. tenth: by what they spend, 0 to 9; null of who bought nothing. _low and _high: figures of both courses if they
-- spent no more than really, or all they could; null where that comes to the same. Kept of the latest what-ifs alone.
create table simulation_members (
    tenant_id uuid not null,
    simulation_id uuid not null,
    member_id uuid not null,
    "group" text not null,
    tier text not null,
    tenth smallint check (tenth between 0 and 9),
    difference bigint not null,
    published jsonb not null,
    draft jsonb not null,
    published_low jsonb,
    published_high jsonb,
    draft_low jsonb,
    draft_high jsonb,
    primary key (tenant_id, simulation_id, member_id),
    foreign key (tenant_id, simulation_id) references simulations (tenant_id, id) on delete cascade
);

grant delete on simulation_members to plushka_app;

-- certificates ---------------------------------------------------------------------------------------

-- What gift certificates are sold: for one of nominals_minor, or of any amount within the bounds; for how long after
-- the sale, null and null: for ever. A kind is never edited: what was sold under it stays what it was.
create table certificate_types (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    nominals_minor bigint[] not null,
    amount_min_minor bigint check (amount_min_minor > 0),
    amount_max_minor bigint check (amount_max_minor >= amount_min_minor),
    life_months smallint check (life_months > 0),
    life_days smallint check (life_days > 0),
    is_used_in_parts boolean not null,
    needs_pin boolean not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    primary key (tenant_id, id),
    constraint certificate_type_has_amounts check (
        num_nonnulls(amount_min_minor, amount_max_minor) = case when cardinality(nominals_minor) > 0 then 0 else 2 end
    ),
    constraint certificate_type_has_one_life check (num_nonnulls(life_months, life_days) <= 1)
);

grant update (retired_at) on certificate_types to plushka_app;

-- Certificates made at once, to be printed and sold. nominal_minor null: each sale says it.
create table certificate_batches (
    tenant_id uuid not null,
    id uuid not null,
    type_id uuid not null,
    nominal_minor bigint check (nominal_minor > 0),
    count integer not null check (count > 0),
    note text not null,
    actor text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, type_id) references certificate_types (tenant_id, id)
);

-- pin_salt makes the PIN together with the installation's key, so that the PIN itself is nowhere.
-- balance_minor is the sum of the certificate's movements; past expires_at it counts as nothing.
create table certificates (
    tenant_id uuid not null,
    id uuid not null,
    number text not null check (number ~ '^[2-9A-Z]{12}$'),
    type_id uuid not null,
    batch_id uuid,
    pin_salt bytea not null,
    nominal_minor bigint check (nominal_minor > 0),
    balance_minor bigint not null default 0,
    member_id uuid,
    created_at timestamptz not null,
    sold_at timestamptz,
    expires_at timestamptz,
    blocked_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, number),
    constraint certificate_balance_bounded check (balance_minor between 0 and coalesce(nominal_minor, 0)),
    constraint certificate_empty_before_sale check (
        sold_at is not null or balance_minor = 0 and expires_at is null and member_id is null
    ),
    foreign key (tenant_id, type_id) references certificate_types (tenant_id, id),
    foreign key (tenant_id, batch_id) references certificate_batches (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (pin_salt, nominal_minor, balance_minor, member_id, sold_at, expires_at, blocked_at)
    on certificates to plushka_app;

create index certificates_of_batch on certificates (tenant_id, batch_id, id) where batch_id is not null;
create index certificates_of_member on certificates (tenant_id, member_id) where member_id is not null;
create index certificates_due on certificates (tenant_id, expires_at) where balance_minor > 0;

-- Everything that happened to a certificate: every change of its balance is a row, and their sum is the balance.
-- document_id: the receipt that was paid, the return that gave back, the till's sale.
create table certificate_movements (
    tenant_id uuid not null,
    id uuid not null,
    certificate_id uuid not null,
    kind text not null check (
        kind in (
            'sell', 'spend', 'forfeit', 'refund', 'expire', 'reinstate', 'extend', 'block', 'unblock', 'transfer'
        )
    ),
    amount_minor bigint not null,
    balance_minor bigint not null check (balance_minor >= 0),
    document_id uuid,
    reason text not null,
    expires_at timestamptz,
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    constraint certificate_movement_has_its_sign check (
        case
            when kind in ('sell', 'refund', 'reinstate') then amount_minor > 0
            when kind in ('spend', 'forfeit', 'expire') then amount_minor < 0
            else amount_minor = 0
        end
    ),
    constraint certificate_movement_has_its_document check (
        kind not in ('spend', 'forfeit', 'refund') or document_id is not null
    ),
    foreign key (tenant_id, certificate_id) references certificates (tenant_id, id)
);

create index certificate_movements_of_certificate on certificate_movements (tenant_id, certificate_id, id);

-- What tills sold, by their own numbers, each once (S7).
create table certificate_sales (
    tenant_id uuid not null,
    id uuid not null,
    certificate_id uuid not null,
    till_id uuid not null,
    external_id text not null check (external_id <> ''),
    digest bytea not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, till_id, external_id),
    foreign key (tenant_id, certificate_id) references certificates (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

-- Certificates that members have ordered in the app: made, and sold by a till that takes the money.
create table certificate_orders (
    tenant_id uuid not null,
    certificate_id uuid not null,
    member_id uuid not null,
    ordered_at timestamptz not null,
    primary key (tenant_id, certificate_id),
    foreign key (tenant_id, certificate_id) references certificates (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on certificate_orders to plushka_app;

create index certificate_orders_of_member on certificate_orders (tenant_id, member_id);

-- Wrong numbers and PINs of the last minute: who guesses waits.
create table certificate_tries (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    network text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

grant delete on certificate_tries to plushka_app;

create index certificate_tries_of_till on certificate_tries (tenant_id, till_id, at);
create index certificate_tries_of_network on certificate_tries (tenant_id, network, at);

-- purchases ------------------------------------------------------------------------------------------

-- A committed purchase with all that its decision was made from, so that it can be made again (S20).
-- (till, external_id) is its natural key, unique for ever (S7); digest tells a repeat from a different
-- purchase under the same number.
-- cost_minor: what the goods cost the business, null unless that was known of every line.
-- The four documents are json, not jsonb: they are read whole, and writing them costs 70 µs instead of 180.
-- They are compressed only where a row would not fit its page: 4.0 kB a receipt of nine lines instead of 2.6,
-- and 30 µs to write it instead of 50.
create table receipts (
    tenant_id uuid not null,
    id uuid not null,
    till_id uuid not null,
    external_id text not null check (external_id <> ''),
    idempotency_key text,
    digest bytea not null,
    branch_id uuid not null,
    member_id uuid,
    version_id uuid not null,
    cashier text,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    business_date date not null,
    amount_minor bigint not null check (amount_minor >= 0),
    discount_minor bigint not null check (discount_minor >= 0),
    redeemed_minor bigint not null check (redeemed_minor >= 0),
    payable_minor bigint not null,
    redeemed_points bigint not null check (redeemed_points >= 0),
    earned_points bigint not null check (earned_points >= 0),
    refunded_minor bigint not null default 0,
    cost_minor bigint check (cost_minor >= 0),
    basket json not null,
    member_state json,
    outcome json not null,
    balance json,
    primary key (tenant_id, id),
    unique (tenant_id, till_id, external_id),
    constraint receipt_sums check (payable_minor = amount_minor - discount_minor - redeemed_minor),
    constraint receipt_bounded check (greatest(amount_minor, earned_points) <= 1000000000000000),
    constraint receipt_payable_not_negative check (payable_minor >= 0),
    constraint receipt_refund_bounded check (refunded_minor between 0 and payable_minor),
    constraint receipt_of_member_or_without_points check (
        member_id is not null or redeemed_points = 0 and earned_points = 0
    ),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
) with (toast_tuple_target = 8160);

grant update (refunded_minor, member_id) on receipts to plushka_app;

create unique index receipts_idempotency on receipts (tenant_id, till_id, idempotency_key)
    where idempotency_key is not null;

-- Tells also who has bought at a branch, and on what day, and whether all came back, without looking at the receipts
-- themselves.
create index receipts_of_member on receipts (tenant_id, member_id, occurred_at desc)
    include (id, branch_id, business_date, payable_minor, refunded_minor);

-- For what is asked of days: sums, lists, who sold.
create index receipts_of_day on receipts (tenant_id, business_date, id);

-- Points of all returns of a receipt add up to what it no longer earns; of one they may be below zero, where it
-- leaves a receipt that earns more than before. certificates: what of refund_minor went back to those that had paid.
create table returns (
    tenant_id uuid not null,
    id uuid not null,
    receipt_id uuid not null,
    till_id uuid not null,
    external_id text not null check (external_id <> ''),
    idempotency_key text,
    digest bytea not null,
    occurred_at timestamptz not null,
    lines jsonb not null,
    refund_minor bigint not null check (refund_minor >= 0),
    points_back bigint not null check (points_back >= 0),
    points_clawed_back bigint not null,
    points_burned bigint not null,
    points_owed bigint not null,
    is_full boolean not null,
    balance jsonb,
    certificates jsonb not null default '[]',
    rewards_withdrawn integer not null default 0 check (rewards_withdrawn >= 0),
    rewards_owed integer not null default 0,
    primary key (tenant_id, id),
    unique (tenant_id, till_id, external_id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id)
);

create unique index returns_idempotency on returns (tenant_id, till_id, idempotency_key)
    where idempotency_key is not null;

create index returns_of_receipt on returns (tenant_id, receipt_id);

-- Coupons: what their codes give is in the programme. uses_max: of all its codes together. codes: how many there are.
create table coupons (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    source text not null default '',
    first_on date,
    last_on date,
    uses_per_code int check (uses_per_code > 0),
    uses_per_member int check (uses_per_member > 0),
    uses_per_member_a_day int check (uses_per_member_a_day > 0),
    uses_per_member_a_month int check (uses_per_member_a_month > 0),
    uses_max int check (uses_max > 0),
    uses_max_a_day int check (uses_max_a_day > 0),
    uses_max_a_month int check (uses_max_a_month > 0),
    is_stopped boolean not null default false,
    codes int not null default 0 check (codes >= 0),
    created_at timestamptz not null,
    primary key (tenant_id, id),
    check (first_on <= last_on)
);

grant update (
    name, source, first_on, last_on, uses_per_code, uses_per_member, uses_per_member_a_day, uses_per_member_a_month,
    uses_max, uses_max_a_day, uses_max_a_month, is_stopped, codes
) on coupons to plushka_app;

-- Codes as they were given out; key: what they are compared by. uses: kept only where they are counted. uses_max 0: a
-- code that a full card gave and a return took back.
create table coupon_codes (
    tenant_id uuid not null,
    key text not null check (key <> ''),
    code text not null,
    coupon_id uuid not null,
    member_id uuid,
    uses int not null check (uses >= 0),
    uses_max int,
    primary key (tenant_id, key),
    constraint code_not_over_its_uses check (uses <= uses_max),
    foreign key (tenant_id, coupon_id) references coupons (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index coupon_codes_of_coupon on coupon_codes (tenant_id, coupon_id, key);

create index coupon_codes_of_member on coupon_codes (tenant_id, member_id) where member_id is not null;

grant update (uses, uses_max) on coupon_codes to plushka_app;

-- Codes that members have put by: found by a QR, waiting for their next purchase.
create table kept_codes (
    tenant_id uuid not null,
    member_id uuid not null,
    key text not null,
    kept_at timestamptz not null,
    primary key (tenant_id, member_id, key),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, key) references coupon_codes (tenant_id, key)
);

grant delete on kept_codes to plushka_app;

-- Wrong codes tried in the member's app, counted by network.
create table coupon_tries (
    tenant_id uuid not null references businesses,
    id uuid not null,
    network text not null,
    at timestamptz not null,
    primary key (tenant_id, id)
);

grant delete on coupon_tries to plushka_app;

create index coupon_tries_of_network on coupon_tries (tenant_id, network, at);

-- Codes that a till has asked about are kept for it for some minutes.
create table code_reservations (
    tenant_id uuid not null,
    key text not null,
    till_id uuid not null,
    coupon_id uuid not null,
    until timestamptz not null,
    primary key (tenant_id, key, till_id),
    foreign key (tenant_id, key) references coupon_codes (tenant_id, key),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

create index code_reservations_of_coupon on code_reservations (tenant_id, coupon_id, until);

grant update (until), delete on code_reservations to plushka_app;

-- How often coupons that may be used so often in all were, for all time, a day or a month that begins at since.
create table coupon_counters (
    tenant_id uuid not null,
    coupon_id uuid not null,
    span text not null check (span in ('always', 'day', 'month')),
    since date not null,
    uses int not null default 0 check (uses >= 0),
    primary key (tenant_id, coupon_id, span, since),
    foreign key (tenant_id, coupon_id) references coupons (tenant_id, id)
);

grant update (uses), delete on coupon_counters to plushka_app;

-- A code that a receipt has used; undone_at: when a return let it be used again.
create table coupon_uses (
    tenant_id uuid not null,
    receipt_id uuid not null,
    key text not null,
    coupon_id uuid not null,
    member_id uuid,
    business_date date not null,
    used_at timestamptz not null,
    undone_at timestamptz,
    primary key (tenant_id, receipt_id, key),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id),
    foreign key (tenant_id, key) references coupon_codes (tenant_id, key)
);

create index coupon_uses_of_member on coupon_uses (tenant_id, member_id) where member_id is not null;

create index coupon_uses_of_coupon on coupon_uses (tenant_id, coupon_id, member_id) where undone_at is null;

grant update (undone_at) on coupon_uses to plushka_app;

-- A promotion with budgets that lowered a receipt's prices, or one that gave a gift with it: that is counted as 1.
-- left_minor: what of it returns have left; counted_in: the counters that it was counted in, as promotion:always or
-- branch:day.
create table promotion_uses (
    tenant_id uuid not null,
    receipt_id uuid not null,
    promotion_id text not null check (promotion_id <> ''),
    program_id uuid not null,
    member_id uuid,
    branch_id uuid not null,
    business_date date not null,
    amount_minor bigint not null check (amount_minor > 0),
    left_minor bigint not null check (left_minor between 0 and amount_minor),
    counted_in text[] not null,
    primary key (tenant_id, receipt_id, promotion_id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

create index promotion_uses_of_member on promotion_uses (tenant_id, member_id, promotion_id)
    where member_id is not null and left_minor > 0;

grant update (left_minor) on promotion_uses to plushka_app;

-- What has been used of a promotion's budgets, by all members together. branch_id: nil for all branches;
-- since: the first day of the window, 1970-01-01 for one that never ends.
create table promotion_counters (
    tenant_id uuid not null,
    program_id uuid not null,
    promotion_id text not null check (promotion_id <> ''),
    branch_id uuid not null,
    since date not null,
    span text not null check (span in ('always', 'day', 'month', 'year')),
    uses bigint not null default 0 check (uses >= 0),
    amount_minor bigint not null default 0 check (amount_minor >= 0),
    primary key (tenant_id, program_id, promotion_id, branch_id, span, since),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update (uses, amount_minor) on promotion_counters to plushka_app;

-- rewards: stamp cards, the catalogue, gifts ----------------------------------------------------------

-- What a receipt is worth on a stamp card, by the terms that it was given on. count_left: what of it returns have left;
-- rewards: what it gave for cards that it filled, rewards_left: what of that was not taken back. Where a member stands
-- is worked out from these rows.
create table stamps (
    tenant_id uuid not null,
    receipt_id uuid not null,
    card_id text not null check (card_id <> ''),
    member_id uuid not null,
    program_id uuid not null,
    business_date date not null,
    count bigint not null check (count > 0),
    count_left bigint not null check (count_left between 0 and count),
    rewards integer not null check (rewards >= 0),
    rewards_left integer not null check (rewards_left between 0 and rewards),
    terms json not null,
    primary key (tenant_id, receipt_id, card_id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

create index stamps_of_member on stamps (tenant_id, member_id, program_id, card_id, business_date, receipt_id);

grant update (count_left, rewards_left, member_id) on stamps to plushka_app;

-- Where members stand on their stamp cards, of which something is on: what engine/stamps.py makes of all that is left of
-- their stamps, written with those so that all members can be asked at once. ends_on: the last day on which the card
-- can be filled, after it it is empty; null: no end. Purchases are decided from the stamps.
create table card_states (
    tenant_id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    card_id text not null check (card_id <> ''),
    have bigint not null constraint card_has_something_on_it check (have > 0),
    ends_on date,
    primary key (tenant_id, member_id, program_id, card_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

grant update (have, ends_on), delete on card_states to plushka_app;

-- The catalogue: what members get for points (docs/decisions/0085-rewards.md). stock_left: what of all that was ever put
-- in is neither open nor taken; null: any number. branch_ids: where it is given, none: everywhere; tiers: who may have
-- it, none: everybody. returns_points: those of a gift that ran out come back. picture: a WebP drawn by us.
create table reward_offers (
    tenant_id uuid not null,
    id uuid not null,
    program_id uuid not null,
    name text not null check (name <> ''),
    description text not null default '',
    picture bytea check (length(picture) <= 8388608),
    picture_digest text not null default '',
    price_points bigint not null constraint offer_has_a_price check (price_points > 0),
    stock_total integer check (stock_total >= 0),
    stock_left integer,
    limit_count integer check (limit_count > 0),
    limit_span text check (limit_span in ('always', 'day', 'month', 'year')),
    branch_ids uuid[] not null default '{}',
    tiers text[] not null default '{}',
    first_on date,
    last_on date,
    life_days integer check (life_days > 0),
    returns_points boolean not null,
    place integer not null default 0,
    is_paused boolean not null default false,
    archived_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    constraint offer_stock_within_total check (stock_left between 0 and stock_total),
    check ((stock_left is null) = (stock_total is null)),
    check ((limit_count is null) = (limit_span is null)),
    check ((picture is null) = (picture_digest = '')),
    check (first_on <= last_on),
    foreign key (tenant_id, program_id) references programs (tenant_id, id)
);

create index reward_offers_of_program on reward_offers (tenant_id, program_id, place, id);

grant update on reward_offers to plushka_app;

-- What was put into the stock of an offer, or written off (below zero).
create table reward_supplies (
    tenant_id uuid not null,
    id uuid not null,
    offer_id uuid not null,
    change integer not null check (change <> 0),
    reason text not null default '',
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, offer_id) references reward_offers (tenant_id, id)
);

create index reward_supplies_of_offer on reward_supplies (tenant_id, offer_id, id);

-- What a member may take once: won by a full card or by a promotion, given by a journey (gift_key: what for, once for
-- ever), or bought in the catalogue for price_points, which postings spend whose document it is. withdrawn: what won it was returned before anybody took it, or its member is
-- gone; cancelled: its points went back; expired: it ran out, and its points went back if it returns_points.
create table rewards (
    tenant_id uuid not null,
    id uuid not null,
    receipt_id uuid,
    member_id uuid not null,
    program_id uuid not null,
    card_id text,
    promotion_id text,
    offer_id uuid,
    gift_key text check (gift_key <> ''),
    price_points bigint not null default 0 check (price_points >= 0),
    returns_points boolean not null default false,
    name text not null check (name <> ''),
    code text not null check (code <> ''),
    expires_at timestamptz,
    issued_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'taken', 'withdrawn', 'cancelled', 'expired')),
    taken_at timestamptz,
    taken_till_id uuid,
    primary key (tenant_id, id),
    unique (tenant_id, code),
    constraint reward_has_one_origin check (num_nonnulls(card_id, promotion_id, offer_id, gift_key) = 1),
    constraint reward_won_or_bought check (
        (num_nonnulls(card_id, promotion_id) = 1) = (receipt_id is not null)
        and (offer_id is null) = (price_points = 0)
    ),
    constraint only_a_bought_reward_ends check (offer_id is not null or state in ('open', 'taken', 'withdrawn')),
    foreign key (tenant_id, receipt_id, card_id) references stamps (tenant_id, receipt_id, card_id),
    -- The use is written at the end of a booking, when the counters of all tills are locked.
    foreign key (tenant_id, receipt_id, promotion_id) references promotion_uses (tenant_id, receipt_id, promotion_id)
        deferrable initially deferred,
    foreign key (tenant_id, offer_id) references reward_offers (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, taken_till_id) references tills (tenant_id, id),
    check ((state = 'taken') = (taken_at is not null)),
    check ((state = 'taken') = (taken_till_id is not null))
);

create index rewards_of_member on rewards (tenant_id, member_id, program_id, id);

create index rewards_of_receipt on rewards (tenant_id, receipt_id) where receipt_id is not null;

create unique index rewards_given on rewards (tenant_id, gift_key) where gift_key is not null;

create index rewards_of_offer on rewards (tenant_id, offer_id, id) where offer_id is not null;

create index rewards_due on rewards (tenant_id, expires_at) where state = 'open' and offer_id is not null;

grant update (state, taken_at, taken_till_id, member_id) on rewards to plushka_app;

-- Codes of coupons that full cards have given. One whose uses_max is 0 was taken back before it was used.
create table reward_codes (
    tenant_id uuid not null,
    key text not null,
    receipt_id uuid not null,
    card_id text not null,
    primary key (tenant_id, key),
    foreign key (tenant_id, key) references coupon_codes (tenant_id, key),
    foreign key (tenant_id, receipt_id, card_id) references stamps (tenant_id, receipt_id, card_id)
);

create index reward_codes_of_receipt on reward_codes (tenant_id, receipt_id, card_id);

-- What was done with gifts, at a till or without one.
create table reward_acts (
    tenant_id uuid not null,
    id uuid not null,
    reward_id uuid not null,
    act text not null check (act in ('buy', 'take', 'give_back', 'cancel')),
    till_id uuid,
    idempotency_key text,
    reason text not null default '',
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    constraint reward_given_at_a_till check (till_id is not null or act in ('buy', 'cancel')),
    foreign key (tenant_id, reward_id) references rewards (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id)
);

create unique index reward_acts_idempotency on reward_acts (tenant_id, till_id, idempotency_key)
    where idempotency_key is not null;

create index reward_acts_of_reward on reward_acts (tenant_id, reward_id);

-- referrals: who brings whom, and what it gives ------------------------------------------------------

-- A code by which a member is named as who brought somebody: eight digits, drawn when it is first asked for.
create table referral_codes (
    tenant_id uuid not null,
    member_id uuid not null,
    code text not null check (code ~ '^[0-9]{8}$'),
    created_at timestamptz not null,
    primary key (tenant_id, member_id),
    unique (tenant_id, code),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on referral_codes to plushka_app;

-- Each time that somebody was named as who brought a member; reason: why it was refused, null where it was not, once
-- a member. referrer_id: null where the code was nobody's. way: by which door.
create table referral_tries (
    tenant_id uuid not null,
    id uuid not null,
    friend_id uuid not null,
    referrer_id uuid,
    way text not null check (way in ('app', 'bot', 'till')),
    reason text check (reason in (
        'unknown_code', 'self', 'cycle', 'same_account', 'same_device', 'came_back', 'blocked', 'bought', 'late',
        'bound'
    )),
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    constraint referral_try_names_somebody check ((referrer_id is null) = (reason is not distinct from 'unknown_code')),
    foreign key (tenant_id, friend_id) references members (tenant_id, id),
    foreign key (tenant_id, referrer_id) references members (tenant_id, id)
);

create unique index referral_bound_once on referral_tries (tenant_id, friend_id) where reason is null;
create index referral_tries_refused on referral_tries (tenant_id, id) where reason is not null;

-- A friend's receipt that qualifies, in the order of ids. is_left: what returns have left of it qualifies still.
-- purchases_max: how many of a friend's purchases counted by its rules; null: each. friend_points: their own reward.
create table referral_purchases (
    tenant_id uuid not null,
    receipt_id uuid not null,
    program_id uuid not null,
    friend_id uuid not null,
    purchases_max integer check (purchases_max > 0),
    is_left boolean not null default true,
    friend_points bigint not null check (friend_points >= 0),
    friend_points_left bigint not null check (friend_points_left between 0 and friend_points),
    primary key (tenant_id, receipt_id),
    check (is_left or friend_points_left = 0),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id),
    foreign key (tenant_id, friend_id) references members (tenant_id, id)
);

create index referral_purchases_of_friend on referral_purchases (tenant_id, friend_id, program_id, receipt_id);

grant update (is_left, friend_points_left) on referral_purchases to plushka_app;

-- What such a receipt is worth to one above: points, points_left of it after returns, points_due if it counts,
-- points_allowed by the caps of its month. points_paid: allowed when it was settled last, as granted less what was
-- taken back, found burned and let go. settle_at: when it is to be looked at next; null: paid is right.
-- reason: why less is allowed than due; one of the last three is for good.
create table referral_rewards (
    tenant_id uuid not null,
    id uuid not null,
    receipt_id uuid not null,
    level smallint not null check (level between 1 and 3),
    program_id uuid not null,
    version_id uuid not null,
    member_id uuid not null,
    friend_id uuid not null check (friend_id <> member_id),
    month date not null check (extract(day from month) = 1),
    points bigint not null check (points >= 0),
    points_left bigint not null check (points_left between 0 and points),
    points_due bigint not null check (points_due in (0, points_left)),
    points_allowed bigint not null default 0 check (points_allowed between 0 and points),
    points_paid bigint not null default 0,
    granted bigint not null default 0 check (granted between 0 and points),
    taken_back bigint not null default 0 check (taken_back >= 0),
    burned bigint not null default 0 check (burned >= 0),
    let_go bigint not null default 0 check (let_go >= 0),
    reason text check (reason in ('cap_points', 'cap_friends', 'blocked', 'gone', 'same_person')),
    pays_at timestamptz not null,
    settle_at timestamptz,
    paid_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, receipt_id, level),
    constraint referral_paid_is_made_of check (points_paid = granted - taken_back - burned - let_go),
    constraint referral_settled check (
        settle_at is not null or (points_paid = points_allowed and points_allowed <= points_due)
    ),
    constraint referral_barred_gives_nothing check (
        reason is null or reason in ('cap_points', 'cap_friends') or points_allowed = 0
    ),
    foreign key (tenant_id, receipt_id) references referral_purchases (tenant_id, receipt_id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index referral_rewards_to_settle on referral_rewards (tenant_id, settle_at) where settle_at is not null;
create index referral_rewards_of_member on referral_rewards (tenant_id, member_id, program_id, month);
create index referral_rewards_of_friend on referral_rewards (tenant_id, friend_id, receipt_id);

grant update (
    points_left, points_due, points_allowed, points_paid, granted, taken_back, burned, let_go, reason, settle_at,
    paid_at
) on referral_rewards to plushka_app;

-- segments: groups of members by how they buy --------------------------------------------------------

-- By what a business sorts its members (docs/decisions/0089-lifecycle.md); without bounds scores are fifths.
create table lifecycle_settings (
    tenant_id uuid primary key references businesses,
    active_days integer not null check (active_days > 0),
    drowsy_days integer not null,
    asleep_days integer not null check (asleep_days <= 365),
    core_visits integer not null check (core_visits between 3 and 365),
    recency_bounds integer[] check (cardinality(recency_bounds) = 4),
    visit_bounds integer[] check (cardinality(visit_bounds) = 4),
    spend_bounds_minor bigint[] check (cardinality(spend_bounds_minor) = 4),
    constraint days_of_groups_rise check (active_days < drowsy_days and drowsy_days < asleep_days),
    constraint bounds_of_scores_together check (num_nulls(recency_bounds, visit_bounds, spend_bounds_minor) in (0, 3))
);

grant update on lifecycle_settings to plushka_app;

-- When the groups of all members were last worked out, with purchases through which business day.
create table group_runs (
    tenant_id uuid primary key references businesses,
    as_of timestamptz not null,
    through_on date not null,
    members integer not null
);

grant update on group_runs to plushka_app;

-- Where each member was then: one of seven groups, scores from 1 to 5, or 0 of who has never bought. visits, spend_minor:
-- of a year. month_group: where they were when the last month ended that is written down.
create table member_groups (
    tenant_id uuid not null,
    member_id uuid not null,
    "group" text not null
        check ("group" in ('potential', 'drowsy', 'core', 'newcomer', 'asleep', 'lost', 'none')),
    r smallint not null check (r between 0 and 5),
    f smallint not null check (f between 0 and 5),
    m smallint not null check (m between 0 and 5),
    last_on date,
    visits integer not null check (visits >= 0),
    spend_minor bigint not null,
    as_of timestamptz not null,
    month_group text,
    primary key (tenant_id, member_id),
    constraint scores_of_buyers check ((r = 0) = (last_on is null) and (r = 0) = (f = 0) and (r = 0) = (m = 0)),
    constraint no_purchases_is_a_group check ((last_on is null) = ("group" = 'none')),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update, delete on member_groups to plushka_app;

-- How many members were in each group when a month ended: written once. month: its first day. is_backdated: written so
-- late that it tells what was known of the month afterwards.
create table group_snapshots (
    tenant_id uuid not null references businesses,
    month date not null check (extract(day from month) = 1),
    "group" text not null
        check ("group" in ('potential', 'drowsy', 'core', 'newcomer', 'asleep', 'lost', 'none')),
    members integer not null check (members >= 0),
    taken_at timestamptz not null,
    actor text not null,
    is_backdated boolean not null,
    primary key (tenant_id, month, "group")
);

-- In which group each member was when months ended: from the end of from_month on, and no more at that of until_month,
-- null: still at the last one that is written down.
create table group_stays (
    tenant_id uuid not null,
    member_id uuid not null,
    "group" text not null
        check ("group" in ('potential', 'drowsy', 'core', 'newcomer', 'asleep', 'lost', 'none')),
    from_month date not null check (extract(day from from_month) = 1),
    until_month date check (extract(day from until_month) = 1 and until_month > from_month),
    primary key (tenant_id, member_id, from_month),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (until_month) on group_stays to plushka_app;

create index group_stays_now on group_stays (tenant_id, member_id) where until_month is null;

-- Who went where between the ends of two months; from joined, or to gone: merged into somebody or deleted.
create table group_moves (
    tenant_id uuid not null references businesses,
    month date not null,
    group_before text not null,
    group_after text not null,
    members integer not null check (members > 0),
    primary key (tenant_id, month, group_before, group_after)
);

-- What each night has worked out of all members' visits: how it came out, with what parameters, and how true it was of
-- the days that were kept back (found: domain/segments/lifetime/keeping.py). through_on: the last day it knows of.
create table lifetime_runs (
    tenant_id uuid not null references businesses,
    through_on date not null,
    as_of timestamptz not null,
    model text not null check (model <> ''),
    outcome text not null check (outcome in ('fitted', 'too_few_buyers', 'too_short', 'not_converged')),
    buyers integer not null check (buyers >= 0),
    comebacks integer not null check (comebacks between 0 and buyers),
    history_days integer not null check (history_days >= 0),
    found jsonb not null,
    primary key (tenant_id, through_on)
);

grant update on lifetime_runs to plushka_app;

-- How money to come is weighed, where the business has said so; else as lifetime/model.py does. discount_bp: a year.
-- margin_bp: of revenue; null: as goods have it whose cost is known, if they are costed_min_bp of the revenue.
create table lifetime_terms (
    tenant_id uuid primary key references businesses,
    discount_bp integer not null check (discount_bp between 0 and 10000),
    margin_bp integer check (margin_bp between 1 and 10000),
    costed_min_bp integer not null check (costed_min_bp between 1 and 10000)
);

grant update on lifetime_terms to plushka_app;

-- What each buyer is expected to do, by the last run. alive_bp: how likely they still come, null of who has come once.
-- Visits in thousandths; money is an estimate, null where the model of spending did not fit. soon: within 90 days, year: within
-- 365; value: of the year, discounted to the day of the forecast.
create table member_lifetimes (
    tenant_id uuid not null,
    member_id uuid not null,
    visits integer not null check (visits > 0),
    first_on date not null,
    last_on date not null,
    alive_bp integer check (alive_bp between 0 and 10000),
    visits_soon_milli integer not null check (visits_soon_milli >= 0),
    visits_year_milli integer not null check (visits_year_milli >= visits_soon_milli),
    visit_minor bigint check (visit_minor >= 0),
    soon_minor bigint check (soon_minor >= 0),
    year_minor bigint check (year_minor >= soon_minor),
    value_minor bigint check (value_minor between 0 and year_minor),
    primary key (tenant_id, member_id),
    constraint money_all_or_none check (num_nulls(visit_minor, soon_minor, year_minor, value_minor) in (0, 4)),
    constraint visits_in_order check (first_on <= last_on),
    constraint alive_of_who_came_again check ((visits = 1) = (alive_bp is null)),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on member_lifetimes to plushka_app;

-- Rules by which a tag is put on members and taken off them every night.
create table auto_tags (
    tenant_id uuid not null references businesses,
    id uuid not null,
    tag text not null check (tag <> ''),
    rule json not null,
    created_at timestamptz not null,
    refreshed_at timestamptz,
    primary key (tenant_id, id)
);

create unique index auto_tags_of_tag on auto_tags (tenant_id, lower(tag));

grant update (rule, refreshed_at), delete on auto_tags to plushka_app;

-- On whom a rule has put its tag. Who had the tag by hand is not here, and keeps it.
create table auto_tagged (
    tenant_id uuid not null,
    auto_tag_id uuid not null,
    member_id uuid not null,
    since timestamptz not null,
    primary key (tenant_id, auto_tag_id, member_id),
    foreign key (tenant_id, auto_tag_id) references auto_tags (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on auto_tagged to plushka_app;

create index auto_tagged_of_member on auto_tagged (tenant_id, member_id);

-- What members have bought within a year, the most often bought first: on so many days, the first and the last of them.
-- Written anew every night, as is what is bought together: lift_hundredths, how much more often than by chance.
create table member_goods (
    tenant_id uuid not null,
    member_id uuid not null,
    sku text not null,
    visits integer not null check (visits > 0),
    first_on date not null,
    last_on date not null check (last_on >= first_on),
    primary key (tenant_id, member_id, sku)
);

grant delete on member_goods to plushka_app;

create table goods_together (
    tenant_id uuid not null references businesses,
    sku text not null,
    other_sku text not null check (other_sku <> sku),
    receipts integer not null check (receipts > 0),
    lift_hundredths integer not null check (lift_hundredths > 0),
    primary key (tenant_id, sku, other_sku)
);

grant delete on goods_together to plushka_app;

-- Categories of which nothing is suggested; and when the two tables above were written.
create table suggestion_settings (
    tenant_id uuid primary key references businesses,
    blocked_categories text[] not null default '{}',
    refreshed_at timestamptz
);

grant update on suggestion_settings to plushka_app;

-- Members chosen under a name: by conditions (audience, read by engine/audience) or one by one, null. members: how many
-- were in it at refreshed_at, when segment_members were last compared with the conditions; null: never yet.
create table segments (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    audience jsonb,
    members integer not null default 0 check (members >= 0),
    refreshed_at timestamptz,
    created_at timestamptz not null,
    created_by text not null,
    archived_at timestamptz,
    primary key (tenant_id, id)
);

create unique index segments_named on segments (tenant_id, lower(name)) where archived_at is null;

grant update (name, audience, members, refreshed_at, archived_at) on segments to plushka_app;

-- Who is in a list, and who was in a segment of conditions when it was last refreshed. A member who was merged stays in
-- the lists that they were in; reading finds the other.
create table segment_members (
    tenant_id uuid not null,
    segment_id uuid not null,
    member_id uuid not null,
    since timestamptz not null,
    primary key (tenant_id, segment_id, member_id),
    foreign key (tenant_id, segment_id) references segments (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index segment_members_of_member on segment_members (tenant_id, member_id);

grant delete on segment_members to plushka_app;

-- Who entered and left, for a while. at: of one segment it never goes back. by_edit: the segment was changed, not the
-- member. Those whom a new segment finds first have not entered it.
create table segment_moves (
    tenant_id uuid not null,
    segment_id uuid not null,
    at timestamptz not null,
    member_id uuid not null,
    has_entered boolean not null,
    by_edit boolean not null,
    primary key (tenant_id, segment_id, at, member_id),
    foreign key (tenant_id, segment_id) references segments (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

create index segment_moves_of_member on segment_moves (tenant_id, member_id);

grant delete on segment_moves to plushka_app;

-- messages -------------------------------------------------------------------------------------------

-- How a business writes letters; without a row the defaults hold. Between quiet_from_minutes and quiet_until_minutes of
-- the member's clock nothing that advertises is sent; equal: at any time. cap_letters: the most of them in cap_days days.
-- tells_of_burning: bots remind of points that burn within a week, unless a journey does.
create table letter_rules (
    tenant_id uuid primary key references businesses,
    quiet_from_minutes smallint not null check (quiet_from_minutes between 0 and 1439),
    quiet_until_minutes smallint not null check (quiet_until_minutes between 0 and 1439),
    cap_letters smallint check (cap_letters > 0),
    cap_days smallint not null check (cap_days between 1 and 90),
    move_on_minutes integer not null check (move_on_minutes between 1 and 1440),
    tells_of_burning boolean not null default true
);

grant update on letter_rules to plushka_app;

-- What a message costs in a channel (one part of it, in an SMS), and whether anything that advertises may go there.
create table channel_rules (
    tenant_id uuid not null references businesses,
    channel text not null check (channel in ('telegram', 'max', 'vk', 'push', 'email', 'sms', 'inbox')),
    position smallint not null check (position >= 0),
    cost_minor bigint not null check (cost_minor between 0 and 100000),
    is_transactional_only boolean not null,
    primary key (tenant_id, channel)
);

grant update on channel_rules to plushka_app;

-- What is written to many: texts by language and channel, buttons. picture: a WebP drawn by us; picture_digest names it.
create table templates (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> ''),
    purpose text not null check (purpose in ('transactional', 'marketing')),
    body jsonb not null,
    picture bytea,
    picture_digest text not null default '',
    revision integer not null default 1 check (revision > 0),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by text not null,
    archived_at timestamptz,
    primary key (tenant_id, id),
    check ((picture is null) = (picture_digest = ''))
);

grant update on templates to plushka_app;

-- What is to be sent, written in the transaction that decides it. key: what makes it one message, so that deciding
-- twice sends once. address: an account in the messenger, a phone, an e-mail, a push subscription; empty in the app's inbox.
-- route: the channels that are left, should this one not do. not_before: waits until then; is_held: and until it is let
-- go. sending: its sender has begun and nobody knows yet what came of it; unknown: nor ever will. failure: in words, or the
-- code of why it was skipped. move_on_at: when the next channel is tried, if no report says delivered. is_cost_told: by
-- the provider, of the present channel; else it was reckoned. said: the text as it was sent, of letters. read_at,
-- hidden_at: by the member, in the inbox.
create table outgoing (
    tenant_id uuid not null references businesses,
    id uuid not null,
    key text not null check (key <> ''),
    channel text not null check (channel in ('telegram', 'max', 'vk', 'push', 'email', 'sms', 'inbox')),
    address text not null,
    member_id uuid,
    language text not null check (language in ('ru', 'en')),
    purpose text not null default 'transactional' check (purpose in ('transactional', 'marketing')),
    content jsonb not null,
    campaign_id uuid,
    variant text not null default '',
    route text[] not null default '{}',
    not_before timestamptz not null,
    useful_until timestamptz not null,
    is_held boolean not null default false,
    state text not null default 'waiting' check (
        state in ('waiting', 'sending', 'sent', 'delivered', 'failed', 'blocked', 'skipped', 'unknown')
    ),
    attempts smallint not null default 0 check (attempts >= 0),
    failure text not null default '',
    provider_id text check (provider_id <> ''),
    parts smallint not null default 0 check (parts >= 0),
    cost_minor bigint not null default 0 check (cost_minor >= 0),
    is_cost_told boolean not null default false,
    said text,
    created_at timestamptz not null,
    taken_at timestamptz,
    finished_at timestamptz,
    delivered_at timestamptz,
    move_on_at timestamptz,
    read_at timestamptz,
    hidden_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, key),
    check ((state in ('waiting', 'sending')) = (finished_at is null)),
    check ((state in ('failed', 'skipped')) = (failure <> '')),
    check ((state = 'delivered') = (delivered_at is not null)),
    check (move_on_at is null or state = 'sent'),
    constraint outgoing_to_somewhere check (address <> '' or channel = 'inbox' or state = 'skipped'),
    constraint letter_of_campaign_to_member check (campaign_id is null or member_id is not null)
);

grant update, delete on outgoing to plushka_app;

create index outgoing_waiting on outgoing (tenant_id, channel, purpose, not_before, id)
    where state = 'waiting' and not is_held;
create index outgoing_in_flight on outgoing (tenant_id, channel) where state = 'sending';
create index outgoing_overdue on outgoing (tenant_id, move_on_at) where move_on_at is not null;
create index outgoing_of_provider on outgoing (tenant_id, channel, provider_id) where provider_id is not null;
create index outgoing_of_member on outgoing (tenant_id, member_id, id) where member_id is not null;
create index outgoing_of_campaign on outgoing (tenant_id, campaign_id) where campaign_id is not null;
create index outgoing_finished on outgoing (tenant_id, finished_at) where finished_at is not null;

-- A sending that was given up for the next channel: its report may still come.
create table outgoing_tries (
    tenant_id uuid not null,
    outgoing_id uuid not null,
    number smallint not null check (number > 0),
    channel text not null,
    address text not null,
    provider_id text check (provider_id <> ''),
    failure text not null,
    parts smallint not null check (parts >= 0),
    cost_minor bigint not null check (cost_minor >= 0),
    at timestamptz not null,
    primary key (tenant_id, outgoing_id, number),
    foreign key (tenant_id, outgoing_id) references outgoing (tenant_id, id) on delete cascade
);

grant update (cost_minor), delete on outgoing_tries to plushka_app;

create index outgoing_tries_of_provider on outgoing_tries (tenant_id, channel, provider_id)
    where provider_id is not null;

-- What members and staff write to each other. seen_at: when the other side first saw it.
create table chat_messages (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    is_from_member boolean not null,
    body text not null check (body <> '' and length(body) <= 2000),
    actor text not null,
    at timestamptz not null,
    seen_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (seen_at), delete on chat_messages to plushka_app;

create index chat_messages_of_member on chat_messages (tenant_id, member_id, id);
create index chat_messages_unseen on chat_messages (tenant_id, member_id) where seen_at is null;

-- By what SMS, mail and push leave a business: one gateway of each kind at a time. credentials are sealed by the
-- installation's key, and empty once it was disconnected. public_key: what browsers subscribe with, of push. rests_until:
-- before then it wants nothing.
create table gateways (
    tenant_id uuid not null references businesses,
    id uuid not null,
    kind text not null check (kind in ('sms', 'email', 'push')),
    provider text not null,
    sender text not null check (sender <> ''),
    host text not null,
    port integer not null check (port between 0 and 65535),
    security text not null check (security in ('tls', 'starttls', 'none')),
    credentials bytea not null,
    per_second integer not null check (per_second between 1 and 500),
    public_key text not null,
    connected_at timestamptz not null,
    connected_by text not null,
    disconnected_at timestamptz,
    checked_at timestamptz,
    balance_minor bigint,
    problem text not null default '',
    problem_at timestamptz,
    rests_until timestamptz,
    primary key (tenant_id, id),
    check (
        provider in ('smsru', 'smsaero', 'exolve', 'smpp') and kind = 'sms'
        or provider = 'smtp' and kind = 'email'
        or provider = 'webpush' and kind = 'push'
    ),
    check ((provider in ('smpp', 'smtp')) = (host <> '' and port > 0)),
    check ((kind = 'push') = (public_key <> '')),
    check (disconnected_at is null or octet_length(credentials) = 0)
);

grant update on gateways to plushka_app;

create unique index gateways_connected on gateways (tenant_id, kind) where disconnected_at is null;

-- Where the connected gateways are, before it is known whose: the worker keeps them all at work.
create table gateway_posts (
    gateway_id uuid primary key,
    tenant_id uuid not null references businesses
);

grant delete on gateway_posts to plushka_app;

-- To where letters of a gateway of mail come back, and which is read for that and never changed: from the message behind last_uid
-- on, for as long as its validity (of uids, RFC 9051) is the same. address is what letters name as whom to return them to;
-- is_tagged: with a mark before the @. credentials are sealed as those of gateways.
create table return_mailboxes (
    tenant_id uuid not null,
    gateway_id uuid not null,
    address text not null check (address <> ''),
    is_tagged boolean not null,
    host text not null check (host <> ''),
    port integer not null check (port between 1 and 65535),
    security text not null check (security in ('tls', 'starttls', 'none')),
    credentials bytea not null,
    validity bigint,
    last_uid bigint,
    connected_at timestamptz not null,
    connected_by text not null,
    checked_at timestamptz,
    problem text not null default '',
    primary key (tenant_id, gateway_id),
    foreign key (tenant_id, gateway_id) references gateways (tenant_id, id),
    check ((validity is null) = (last_uid is null))
);

grant update (validity, last_uid, checked_at, problem), delete on return_mailboxes to plushka_app;

-- What a gateway has told once and must not do again should it tell it twice: an SMS by which somebody took their consent
-- back, a complaint. mark: the gateway's own of it.
create table gateway_hearings (
    tenant_id uuid not null,
    gateway_id uuid not null,
    mark text not null check (mark <> '' and length(mark) <= 200),
    heard_at timestamptz not null,
    primary key (tenant_id, gateway_id, mark),
    foreign key (tenant_id, gateway_id) references gateways (tenant_id, id)
);

grant delete on gateway_hearings to plushka_app;

-- Browsers that their owners let show notifications, subscribed with the key of a gateway. device: what it calls itself.
create table push_subscriptions (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    gateway_id uuid not null,
    endpoint text not null check (endpoint <> '' and length(endpoint) <= 1000),
    p256dh text not null check (p256dh <> ''),
    auth text not null check (auth <> ''),
    device text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, endpoint),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, gateway_id) references gateways (tenant_id, id)
);

grant update (member_id, gateway_id, p256dh, auth, device, created_at), delete on push_subscriptions to plushka_app;

create index push_subscriptions_of_member on push_subscriptions (tenant_id, member_id);

-- What stands in the links by which a member unsubscribes: looked up before it is known whose.
create table unsubscribe_links (
    token text primary key check (length(token) >= 12),
    tenant_id uuid not null,
    member_id uuid not null,
    created_at timestamptz not null,
    unique (tenant_id, member_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on unsubscribe_links to plushka_app;

-- Addresses that nothing gets through to, as the gateway said of a letter or an SMS. An address that was given anew
-- since (identities.created_at) is written to again.
create table dead_addresses (
    tenant_id uuid not null references businesses,
    kind text not null check (kind in ('phone', 'email')),
    value text not null check (value <> ''),
    reason text not null check (reason <> ''),
    died_at timestamptz not null,
    primary key (tenant_id, kind, value)
);

grant update (reason, died_at), delete on dead_addresses to plushka_app;

-- occasions: points without a purchase ---------------------------------------------------------------

-- Points that an occasion of a programme gave a member. key: the happening that they are for, as birthday:2026,
-- bot:telegram or event:<id>; each gives once for ever. happened_on: the date itself, of a date. given_on: the business's
-- day. taken, owed and burned: what was taken back (owed of it as debt) or found burned when the event was cancelled.
create table occasion_gifts (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    program_id uuid not null,
    version_id uuid not null,
    occasion_id text not null check (occasion_id <> ''),
    name text not null check (name <> ''),
    key text not null check (key <> ''),
    event_id uuid,
    happened_on date,
    given_on date not null,
    points bigint not null check (points > 0),
    expires_at timestamptz,
    at timestamptz not null,
    cancelled_at timestamptz,
    taken bigint not null default 0 check (taken >= 0),
    owed bigint not null default 0 check (owed between 0 and taken),
    burned bigint not null default 0 check (burned >= 0),
    primary key (tenant_id, id),
    unique (tenant_id, program_id, occasion_id, member_id, key),
    constraint gift_taken_back_only_when_cancelled
        check (taken + burned <= points and (cancelled_at is not null or taken + burned = 0)),
    constraint gift_of_event_names_it check ((event_id is not null) = (key like 'event:%')),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, program_id) references programs (tenant_id, id),
    foreign key (tenant_id, event_id) references member_events (tenant_id, id)
);

grant update (key, happened_on, cancelled_at, taken, owed, burned) on occasion_gifts to plushka_app;

create index occasion_gifts_of_member on occasion_gifts (tenant_id, member_id, id);
create index occasion_gifts_of_event on occasion_gifts (tenant_id, event_id) where event_id is not null;

-- What a member has said of a purchase, once: an event (a review) that has the words, and the score, which stays when the
-- member is erased. Branch, cashier and day are the receipt's own, for reports; cancelled with its event it counts nowhere.
create table ratings (
    tenant_id uuid not null,
    receipt_id uuid not null,
    event_id uuid not null,
    score smallint not null check (score between 1 and 5),
    rated_at timestamptz not null,
    branch_id uuid not null,
    cashier text not null default '',
    business_date date not null,
    is_cancelled boolean not null default false,
    primary key (tenant_id, receipt_id),
    unique (tenant_id, event_id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id),
    foreign key (tenant_id, event_id) references member_events (tenant_id, id)
);
grant update (is_cancelled) on ratings to plushka_app;

create index ratings_of_day on ratings (tenant_id, business_date);

create index occasion_gifts_of_occasion on occasion_gifts (tenant_id, program_id, occasion_id, given_on);

-- bots -----------------------------------------------------------------------------------------------

-- A business's own bot in a messenger. credentials: its token, the webhook's secret and the like, sealed with the
-- installation's key (platform/vault.py). is_polled: we ask the messenger for news, otherwise it calls us. cursor: where
-- the asking goes on, of a messenger that does not remember it itself (VK). rests_until: before then it wants nothing.
create table bots (
    tenant_id uuid not null references businesses,
    id uuid not null,
    messenger text not null check (messenger in ('telegram', 'max', 'vk')),
    account_id text not null check (account_id <> ''),
    username text not null,
    name text not null,
    credentials bytea not null,
    is_polled boolean not null,
    cursor text not null default '',
    connected_at timestamptz not null,
    connected_by text not null,
    disconnected_at timestamptz,
    checked_at timestamptz,
    pending_updates integer not null default 0 check (pending_updates >= 0),
    problem text not null default '',
    problem_at timestamptz,
    rests_until timestamptz,
    primary key (tenant_id, id)
);

grant update on bots to plushka_app;

create unique index bots_connected on bots (tenant_id, messenger) where disconnected_at is null;

-- Whose bot an account of a messenger is, asked before a business is known: no two businesses share one.
create table bot_accounts (
    messenger text not null,
    account_id text not null,
    tenant_id uuid not null references businesses,
    bot_id uuid not null,
    primary key (messenger, account_id)
);

grant delete on bot_accounts to plushka_app;

-- What messengers have told a bot, each thing handled once; old ones are cleared.
create table bot_updates (
    tenant_id uuid not null,
    bot_id uuid not null,
    key text not null check (key <> ''),
    at timestamptz not null,
    primary key (tenant_id, bot_id, key),
    foreign key (tenant_id, bot_id) references bots (tenant_id, id)
);

grant delete on bot_updates to plushka_app;

create index bot_updates_old on bot_updates (tenant_id, at);

-- Where the talk with a person stands, in the words of domain/bots/talk.py.
create table bot_talks (
    tenant_id uuid not null,
    bot_id uuid not null,
    external_id text not null check (external_id <> ''),
    talk jsonb not null,
    updated_at timestamptz not null,
    primary key (tenant_id, bot_id, external_id),
    foreign key (tenant_id, bot_id) references bots (tenant_id, id)
);

grant update, delete on bot_talks to plushka_app;

-- Where those who work here are written to: their chat with the business's bot, bound by a code of their own page.
create table staff_chats (
    tenant_id uuid not null,
    staff_id uuid not null,
    messenger text not null check (messenger in ('telegram', 'max', 'vk')),
    external_id text not null check (external_id <> ''),
    name text not null,
    bound_at timestamptz not null,
    primary key (tenant_id, staff_id, messenger),
    unique (tenant_id, messenger, external_id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant update, delete on staff_chats to plushka_app;

-- The code that a bot is to be started with, once, by whom it was given out to; the latest one counts.
create table staff_chat_codes (
    tenant_id uuid not null,
    staff_id uuid not null,
    code_hash bytea not null,
    expires_at timestamptz not null,
    primary key (tenant_id, staff_id),
    unique (tenant_id, code_hash),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant update, delete on staff_chat_codes to plushka_app;

-- A till's question to a member, whether their points may be spent there; permit_id: they said yes, declined_at: no.
create table spend_questions (
    tenant_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    till_id uuid not null,
    expires_at timestamptz not null,
    permit_id uuid,
    declined_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id),
    foreign key (tenant_id, till_id) references tills (tenant_id, id),
    check (permit_id is null or declined_at is null)
);

grant update (permit_id, declined_at) on spend_questions to plushka_app;

create index spend_questions_of_member on spend_questions (tenant_id, member_id, till_id, id);

-- Branches that let members agree to spending by a button of the bot.
create table confirming_branches (
    tenant_id uuid not null,
    branch_id uuid not null,
    primary key (tenant_id, branch_id),
    foreign key (tenant_id, branch_id) references branches (tenant_id, id)
);

grant delete on confirming_branches to plushka_app;

-- campaigns: what is said and given to many members -----------------------------------------------------

-- A broadcast, said once to those who are chosen at its start, or a journey, which members enter one by one; of a journey
-- sending is what it does while it runs. audience, offer, letter: values of domain/campaigns/model.py. control_bp: the share
-- that is left alone so that the effect can be seen; by salt anybody can work out who. starts_at: when a scheduled one
-- begins; local_at: the moment on each member's own clock. per_minute: at most so many letters; paced_to: through when they
-- have been left. aim: what a broadcast is for, as its author says; the payback counts one that brings back. settled_at: who was told has what is offered, and nobody else.
create table campaigns (
    tenant_id uuid not null references businesses,
    id uuid not null,
    kind text not null check (kind in ('broadcast', 'journey')),
    name text not null check (name <> '' and length(name) <= 100),
    purpose text not null check (purpose in ('marketing', 'transactional')),
    aim text not null default 'other' check (aim in ('other', 'reactivation')),
    state text not null default 'draft'
        check (state in ('draft', 'scheduled', 'planning', 'sending', 'paused', 'done', 'cancelled')),
    audience jsonb,
    offer jsonb not null default '{"kind": "nothing"}',
    letter jsonb not null default '{}',
    control_bp integer not null check (control_bp between 0 and 5000),
    salt text not null check (length(salt) >= 16),
    window_days smallint not null default 7 check (window_days between 1 and 90),
    per_minute integer check (per_minute > 0),
    starts_at timestamptz,
    local_at timestamp,
    paced_to timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    started_by text,
    started_at timestamptz,
    planned_at timestamptz,
    finished_at timestamptz,
    settled_at timestamptz,
    primary key (tenant_id, id),
    constraint campaign_starts_once check ((started_at is null) = (started_by is null)),
    constraint campaign_runs_when_started check (
        case state
            when 'draft' then started_at is null and planned_at is null
            when 'scheduled' then planned_at is null and started_at is not null and starts_at is not null
            when 'cancelled' then true
            else started_at is not null
        end
    ),
    constraint campaign_ends_once check ((state in ('done', 'cancelled')) = (finished_at is not null)),
    constraint campaign_sends_when_planned check (
        kind = 'journey' or state not in ('sending', 'paused', 'done') or planned_at is not null
    ),
    constraint broadcast_is_settled_before_done check (kind = 'journey' or state <> 'done' or settled_at is not null)
);

grant update, delete on campaigns to plushka_app;

create index campaigns_at_work on campaigns (tenant_id, id) where state <> 'draft' and settled_at is null;

-- Whom a campaign is for, as it was when they were chosen: value stratum, group and variant. due_at: not before. posted_at:
-- their letter was left to be sent, skipped: it was not, and why. offered_at: they have what is offered, points (by that
-- adjustment) or a code; untold_at: they were not told of it, so it was taken back, or another card of theirs has it.
create table campaign_recipients (
    tenant_id uuid not null,
    campaign_id uuid not null,
    member_id uuid not null,
    is_control boolean not null,
    stratum smallint not null default 0 check (stratum >= 0),
    variant text not null default '',
    planned_at timestamptz not null,
    due_at timestamptz,
    posted_at timestamptz,
    skipped text not null default '',
    points bigint check (points > 0),
    adjustment_id uuid,
    coupon_key text check (coupon_key <> ''),
    offered_at timestamptz,
    untold_at timestamptz,
    primary key (tenant_id, campaign_id, member_id),
    constraint recipient_of_control_is_left_alone check (
        not is_control or num_nonnulls(due_at, posted_at, points, coupon_key, offered_at) = 0 and variant = ''
    ),
    constraint recipient_posted_or_skipped check (posted_at is null or skipped = ''),
    constraint recipient_offered_something check ((offered_at is null) = (num_nonnulls(points, coupon_key) = 0)),
    constraint recipient_has_booked_points check ((points is null) = (adjustment_id is null)),
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update, delete on campaign_recipients to plushka_app;

create index campaign_recipients_waiting on campaign_recipients (tenant_id, campaign_id, due_at)
    where posted_at is null and skipped = '' and not is_control;
create index campaign_recipients_of_member on campaign_recipients (tenant_id, member_id);
create unique index campaign_recipients_of_adjustment on campaign_recipients (tenant_id, adjustment_id)
    where adjustment_id is not null;

-- What came of a broadcast, as it was counted last: of all (cut total) and of the recipients with one value of a cut.
-- purchases: the first of each member within the window; known_cost of them know what their goods cost; after came_again of
-- them the member bought on a later day too.
create table campaign_figures (
    tenant_id uuid not null,
    campaign_id uuid not null,
    cut text not null check (cut in ('total', 'variant', 'channel', 'sex', 'tier')),
    value text not null,
    addressed integer not null check (addressed >= 0),
    sent integer not null check (sent between 0 and addressed),
    delivered integer not null check (delivered between 0 and sent),
    purchases integer not null check (purchases between 0 and sent),
    known_cost integer not null check (known_cost between 0 and purchases),
    revenue_minor bigint not null check (revenue_minor >= 0),
    cost_minor bigint not null check (cost_minor >= 0),
    messages_minor bigint not null check (messages_minor >= 0),
    discount_minor bigint not null check (discount_minor >= 0),
    positions integer not null check (positions >= 0),
    came_again integer not null check (came_again between 0 and purchases),
    counted_at timestamptz not null,
    primary key (tenant_id, campaign_id, cut, value),
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id)
);

grant delete on campaign_figures to plushka_app;

-- What a journey adds to its campaign, of the same id: what is written (draft), and drafts before it, to be undone.
-- revision: of the draft. version: the latest that was published. reads_from: since when what happens begins it (what was
-- before it was published or resumed does not); read_to: up to when journals were read for that; looked_on: the last day
-- on which dates were looked at.
-- value_bounds: where the fifths of what members have paid begin, as of the last publication; drawn: how many have come into
-- the groups of each stratum (engine/experiments/groups.py).
create table journeys (
    tenant_id uuid not null,
    id uuid not null,
    draft jsonb not null,
    undo jsonb not null default '[]' check (jsonb_typeof(undo) = 'array'),
    revision integer not null default 1 check (revision > 0),
    version integer check (version > 0),
    reads_from timestamptz,
    read_to timestamptz,
    looked_on date,
    value_bounds bigint[] not null default '{}',
    drawn jsonb not null default '{}' check (jsonb_typeof(drawn) = 'object'),
    changed_at timestamptz not null,
    primary key (tenant_id, id),
    constraint journey_reads_when_published check (version is null or num_nonnulls(reads_from, read_to) = 2),
    foreign key (tenant_id, id) references campaigns (tenant_id, id)
);

grant update, delete on journeys to plushka_app;

-- Immutable: who has begun by a version goes on by it.
create table journey_versions (
    tenant_id uuid not null,
    journey_id uuid not null,
    number integer not null check (number > 0),
    body jsonb not null,
    published_at timestamptz not null,
    published_by text not null,
    primary key (tenant_id, journey_id, number),
    foreign key (tenant_id, journey_id) references journeys (tenant_id, id)
);

-- A member in a journey, who begins it once for each happening (key). step: what comes next, or the wait that they are
-- in; nothing happens before due_at. control: they only would have begun. gone: erased, blocked, or another run of the
-- card that theirs was joined to is on the way. found: what a later letter may name, as the code of a coupon.
create table journey_runs (
    tenant_id uuid not null,
    id uuid not null,
    journey_id uuid not null,
    version integer not null,
    member_id uuid not null,
    key text not null check (key <> ''),
    state text not null check (
        state in ('active', 'passed', 'goal', 'left', 'taken_out', 'stopped', 'gone', 'control')
    ),
    step text,
    is_waiting boolean not null default false,
    due_at timestamptz not null,
    found jsonb not null default '{}',
    happened_at timestamptz not null,
    entered_at timestamptz not null,
    ended_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, journey_id, member_id, key),
    constraint run_stands_somewhere_or_has_ended check (
        (state = 'active') = (step is not null) and (state = 'active') = (ended_at is null)
    ),
    constraint run_waits_only_on_the_way check (not is_waiting or state = 'active'),
    foreign key (tenant_id, journey_id, version) references journey_versions (tenant_id, journey_id, number),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant update (key, state, step, is_waiting, due_at, found, ended_at) on journey_runs to plushka_app;

create index journey_runs_due on journey_runs (tenant_id, journey_id, due_at) where state = 'active';
-- None on (tenant_id, journey_id, …) beside the key: runs of a member in a journey are looked for by tens of thousands, and
-- before the table is analysed the planner would take either (51 s instead of 5 for a day of 60,000 members).
create index journey_runs_at_step on journey_runs (tenant_id, step) where state = 'active';
create index journey_runs_of_member on journey_runs (tenant_id, member_id, id);

-- A step that is behind a run: each once, so that what it does is done once. way: of a choice (0: yes) or a split.
-- points, coupon_key: what it gave. withheld: nothing was given, for the letter that would have told of it was refused, by a
-- reason as of outgoing.failure.
create table journey_passes (
    tenant_id uuid not null,
    run_id uuid not null,
    step text not null,
    journey_id uuid not null,
    way smallint,
    points bigint check (points > 0),
    coupon_key text check (coupon_key <> ''),
    withheld text check (withheld <> ''),
    at timestamptz not null,
    primary key (tenant_id, run_id, step),
    constraint pass_gives_one_thing check (num_nonnulls(points, coupon_key, withheld) < 2),
    foreign key (tenant_id, run_id) references journey_runs (tenant_id, id),
    foreign key (tenant_id, coupon_key) references coupon_codes (tenant_id, key)
);

create index journey_passes_of_journey on journey_passes (tenant_id, journey_id, step);

-- What came of the letters of a journey that went out on a day, as it was counted last; columns as in campaign_figures.
-- step: which of its letters, as in outgoing.variant. bonus: what the member had been given in the journey before the letter.
create table journey_days (
    tenant_id uuid not null,
    campaign_id uuid not null,
    told_on date not null,
    step text not null,
    bonus text not null check (bonus in ('nothing', 'points', 'coupon', 'gift')),
    addressed integer not null check (addressed >= 0),
    sent integer not null check (sent between 0 and addressed),
    delivered integer not null check (delivered between 0 and sent),
    purchases integer not null check (purchases between 0 and sent),
    known_cost integer not null check (known_cost between 0 and purchases),
    revenue_minor bigint not null check (revenue_minor >= 0),
    cost_minor bigint not null check (cost_minor >= 0),
    messages_minor bigint not null check (messages_minor >= 0),
    discount_minor bigint not null check (discount_minor >= 0),
    positions integer not null check (positions >= 0),
    came_again integer not null check (came_again between 0 and purchases),
    counted_at timestamptz not null,
    primary key (tenant_id, told_on, campaign_id, step, bonus),
    foreign key (tenant_id, campaign_id) references journeys (tenant_id, id)
);

grant delete on journey_days to plushka_app;

-- The purchase that each letter of a campaign is counted to have brought, as of the last count. variant: the step, of a
-- journey; bonus: what a journey had given before. A letter is kept for some time only, so there may be none of letter_id.
create table letter_purchases (
    tenant_id uuid not null,
    letter_id uuid not null,
    campaign_id uuid not null,
    receipt_id uuid not null,
    told_on date not null,
    variant text not null,
    channel text not null,
    sex text not null default '',
    tier text not null default '',
    bonus text not null default '' check (bonus in ('', 'nothing', 'points', 'coupon', 'gift')),
    primary key (tenant_id, letter_id),
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id)
);

grant delete on letter_purchases to plushka_app;

create index letter_purchases_of_campaign on letter_purchases (tenant_id, campaign_id);
create index letter_purchases_of_day on letter_purchases (tenant_id, told_on);

-- What other systems are told, signed, until they have taken it. key: the run and the step, which tell it once.
create table webhook_calls (
    tenant_id uuid not null references businesses,
    id uuid not null,
    key text not null check (key <> ''),
    journey_id uuid not null,
    member_id uuid not null,
    url text not null check (url <> ''),
    body text not null,
    state text not null default 'waiting' check (state in ('waiting', 'taken', 'failed')),
    attempts smallint not null default 0 check (attempts >= 0),
    due_at timestamptz not null,
    failure text not null default '',
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, key),
    constraint webhook_call_ends_once check ((state = 'waiting') = (finished_at is null)),
    foreign key (tenant_id, journey_id) references journeys (tenant_id, id)
);

grant update, delete on webhook_calls to plushka_app;

create index webhook_calls_due on webhook_calls (tenant_id, due_at) where state = 'waiting';
create index webhook_calls_of_journey on webhook_calls (tenant_id, journey_id, id);

-- partners -------------------------------------------------------------------------------------------

-- Two businesses that give out each other's coupons; without a partner: an invitation, found by its link's hash or by
-- the address that it is for. It has two owners and no tenant: who sees a row says its policy, below.
create table partnerships (
    id uuid primary key,
    inviter_id uuid not null references businesses,
    partner_id uuid references businesses,
    token_hash bytea not null unique,
    email text not null default '',
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    ended_at timestamptz,
    ended_by uuid references businesses,
    check (inviter_id <> partner_id),
    check ((partner_id is null) = (accepted_at is null)),
    check ((ended_at is null) = (ended_by is null))
);

grant update (partner_id, accepted_at, ended_at, ended_by) on partnerships to plushka_app;

create index partnerships_of_inviter on partnerships (inviter_id);
create index partnerships_of_partner on partnerships (partner_id);
create index partnerships_of_email on partnerships (email) where partner_id is null and email <> '';
create unique index partnerships_of_pair
    on partnerships (least(inviter_id, partner_id), greatest(inviter_id, partner_id))
    where partner_id is not null and ended_at is null;

-- A coupon of the issuer as the holder shows and gives it out: one word, or codes of a pool, in order of numbers.
-- handed: how many codes were given out, on paper ones as well.
create table partner_offers (
    id uuid primary key,
    partnership_id uuid not null references partnerships,
    issuer_id uuid not null references businesses,
    holder_id uuid not null references businesses,
    coupon_id uuid not null,
    title text not null check (title <> ''),
    gives text not null,
    first_on date,
    last_on date,
    word text check (word <> ''),
    pool int not null check (pool >= 0),
    handed int not null default 0 check (handed >= 0),
    shows_sums boolean not null,
    is_stopped boolean not null default false,
    is_hidden boolean not null default false,
    created_at timestamptz not null,
    unique (partnership_id, coupon_id),
    check (issuer_id <> holder_id),
    check ((word is null) = (pool > 0)),
    constraint offer_not_over_its_pool check (word is not null or handed <= pool)
);

grant update (title, first_on, last_on, handed, shows_sums, is_stopped, is_hidden) on partner_offers to plushka_app;

create index partner_offers_of_holder on partner_offers (holder_id, is_stopped);
create index partner_offers_of_issuer on partner_offers (issuer_id, coupon_id);

create table partner_codes (
    offer_id uuid not null references partner_offers,
    number int not null check (number > 0),
    issuer_id uuid not null,
    holder_id uuid not null,
    code text not null,
    primary key (offer_id, number)
);

-- Which of the holder's members has which code of an offer: the holder's alone.
create table handed_codes (
    tenant_id uuid not null references businesses,
    offer_id uuid not null,
    member_id uuid not null,
    code text not null,
    handed_at timestamptz not null,
    primary key (tenant_id, offer_id, member_id),
    foreign key (tenant_id, member_id) references members (tenant_id, id)
);

grant delete on handed_codes to plushka_app;

create index handed_codes_of_member on handed_codes (tenant_id, member_id);

-- Codes of an offer that the holder has printed: count cards, from number first on.
create table printed_codes (
    tenant_id uuid not null references businesses,
    id uuid not null,
    offer_id uuid not null,
    first int not null check (first > 0),
    count int not null check (count > 0),
    printed_at timestamptz not null,
    primary key (tenant_id, id)
);

-- rollups --------------------------------------------------------------------------------------------

-- Sums over receipts, returns and postings, kept by a job from changes (docs/decisions/0100-roll-ups.md); what they are is
-- proved by `plushka reports check`. A branch_id of zeros has the sum over all branches. A receipt that came back whole is
-- in `returned` and in nothing else. revenue: what was paid less what was given back, on the day of the purchase,
-- whenever it came back. cost and costed: what is left of goods whose cost is known, and their revenue.

-- program_id: whose rules the receipt was decided by. first_purchases: of their members. touched: by a discount or points.
create table sales_days (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    program_id uuid not null,
    has_card boolean not null,
    receipts bigint not null,
    returned bigint not null,
    lines bigint not null,
    amount_minor bigint not null,
    discount_minor bigint not null,
    redeemed_minor bigint not null,
    refunded_minor bigint not null,
    revenue_minor bigint not null,
    costed bigint not null,
    costed_minor bigint not null,
    cost_minor bigint not null,
    earned_points bigint not null,
    redeemed_points bigint not null,
    redeeming bigint not null,
    touched bigint not null,
    first_purchases bigint not null,
    primary key (tenant_id, branch_id, business_date, program_id, has_card)
);

grant update, delete on sales_days to plushka_app;

-- By the day of the return, at the branch that had sold.
create table refund_days (
    tenant_id uuid not null,
    branch_id uuid not null,
    made_on date not null,
    returns bigint not null,
    refund_minor bigint not null,
    points_back bigint not null,
    points_clawed_back bigint not null,
    primary key (tenant_id, branch_id, made_on)
);

grant update, delete on refund_days to plushka_app;

-- hour: by the branch's clock; those before the day's beginning are the next calendar day's, and this day's all the same.
create table sales_hours (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    hour smallint not null check (hour between 0 and 23),
    receipts bigint not null,
    revenue_minor bigint not null,
    primary key (tenant_id, branch_id, business_date, hour)
);

grant update, delete on sales_hours to plushka_app;

-- A line counts in its category and in each one above it, as they were at the sale: those below `parent` share out the
-- revenue of it; parent '' is the top, where '' has what is in no category. receipts: with something of it left.
create table category_days (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    category text not null,
    parent text not null,
    receipts bigint not null,
    quantity_milli bigint not null,
    revenue_minor bigint not null,
    costed_minor bigint not null,
    cost_minor bigint not null,
    primary key (tenant_id, branch_id, business_date, category, parent)
);

grant update, delete on category_days to plushka_app;

-- Which receipts have goods left that are in no category; receipts: 1. For the list behind that line of category_days.
create table uncategorized_receipts (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    receipt_id uuid not null,
    receipts bigint not null,
    primary key (tenant_id, branch_id, business_date, receipt_id)
);

create index uncategorized_receipts_by_id on uncategorized_receipts (tenant_id, receipt_id);

grant update, delete on uncategorized_receipts to plushka_app;

-- month_on: the first day of the month of the business date.
create table product_months (
    tenant_id uuid not null,
    branch_id uuid not null,
    month_on date not null,
    sku text not null,
    receipts bigint not null,
    quantity_milli bigint not null,
    revenue_minor bigint not null,
    costed_minor bigint not null,
    cost_minor bigint not null,
    primary key (tenant_id, branch_id, month_on, sku)
);

grant update, delete on product_months to plushka_app;

-- cashier: as the till named them, '' where it did not.
create table cashier_days (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    cashier text not null,
    receipts bigint not null,
    with_card bigint not null,
    returned bigint not null,
    lines bigint not null,
    discount_minor bigint not null,
    redeemed_minor bigint not null,
    refunded_minor bigint not null,
    revenue_minor bigint not null,
    primary key (tenant_id, branch_id, business_date, cashier)
);

grant update, delete on cashier_days to plushka_app;

-- Receipts of a merged member are those of whoever they became.
create table member_months (
    tenant_id uuid not null,
    member_id uuid not null,
    month_on date not null,
    receipts bigint not null,
    lines bigint not null,
    discount_minor bigint not null,
    redeemed_minor bigint not null,
    revenue_minor bigint not null,
    costed_minor bigint not null,
    cost_minor bigint not null,
    primary key (tenant_id, member_id, month_on)
);

grant update, delete on member_months to plushka_app;

-- year_on: the first day of the year of the business date.
create table member_years (
    tenant_id uuid not null,
    member_id uuid not null,
    year_on date not null,
    receipts bigint not null,
    lines bigint not null,
    revenue_minor bigint not null,
    primary key (tenant_id, member_id, year_on)
);

grant update, delete on member_years to plushka_app;

-- Business dates of a member's first purchases and of the last, in the order of their moments. first_id: the receipt that
-- is counted as their first purchase.
create table member_paths (
    tenant_id uuid not null,
    member_id uuid not null,
    first_id uuid not null,
    first_on date not null,
    second_on date,
    third_on date,
    fourth_on date,
    last_on date not null,
    receipts bigint not null,
    lines bigint not null,
    revenue_minor bigint not null,
    primary key (tenant_id, member_id)
);

grant update, delete on member_paths to plushka_app;

-- What a receipt owes to: 'promotion:<id>', 'rule:<id>', 'tier:<id>' and 'personal' for their discounts, 'card:<id>' for
-- stamps, 'redemption' for points spent, 'referral'. A receipt counts for each; off_minor and points are the mechanic's own.
create table mechanic_days (
    tenant_id uuid not null,
    branch_id uuid not null,
    business_date date not null,
    program_id uuid not null,
    mechanic text not null,
    receipts bigint not null,
    lines bigint not null,
    discount_minor bigint not null,
    redeemed_minor bigint not null,
    revenue_minor bigint not null,
    costed bigint not null,
    costed_minor bigint not null,
    cost_minor bigint not null,
    earned_points bigint not null,
    off_minor bigint not null,
    points bigint not null,
    primary key (tenant_id, branch_id, business_date, program_id, mechanic)
);

grant update, delete on mechanic_days to plushka_app;

-- All the mechanics that were together on some receipt, in order, and the number by which mechanic_buyers names them. A
-- number is given once for ever: what is counted anew finds it.
create table mechanic_sets (
    tenant_id uuid not null,
    number integer not null check (number > 0),
    program_id uuid not null,
    mechanics text not null,
    primary key (tenant_id, number),
    unique (tenant_id, program_id, mechanics)
);

-- Who bought on a day, so that buyers of any days can be counted once.
create table mechanic_buyers (
    tenant_id uuid not null,
    business_date date not null,
    member_id uuid not null,
    branch_id uuid not null,
    mechanic_set integer not null,
    receipts bigint not null,
    primary key (tenant_id, business_date, member_id, branch_id, mechanic_set)
);

grant update, delete on mechanic_buyers to plushka_app;

-- What is left of a member's receipt, without what came back: products by their sku, categories as the catalog had them
-- at the sale, brands; each once. Receipts of which nothing is left are not here. Read by conditions on what was bought
-- and where (docs/decisions/0088-segments.md).
create table receipt_goods (
    tenant_id uuid not null,
    business_date date not null,
    receipt_id uuid not null,
    branch_id uuid not null,
    member_id uuid not null,
    products text[] not null,
    categories text[] not null,
    brands text[] not null,
    primary key (tenant_id, business_date, receipt_id)
);

grant update, delete on receipt_goods to plushka_app;

-- day: of the business's calendar.
create table points_days (
    tenant_id uuid not null,
    program_id uuid not null,
    day date not null,
    kind text not null,
    debit text not null,
    credit text not null,
    movements bigint not null,
    points bigint not null,
    primary key (tenant_id, program_id, day, kind, debit, credit)
);

grant update, delete on points_days to plushka_app;

-- Movements by the month in which their lot was earned and the month in which they were, both by the business's calendar;
-- those that are of no lot (debts) are left out.
create table lot_months (
    tenant_id uuid not null,
    program_id uuid not null,
    earned_on date not null,
    month_on date not null,
    kind text not null,
    debit text not null,
    credit text not null,
    movements bigint not null,
    points bigint not null,
    primary key (tenant_id, program_id, earned_on, month_on, kind, debit, credit)
);

grant update, delete on lot_months to plushka_app;

-- How they were kept last: as of folded_at, in took_ms, from so many changes; rebuilt_at: when they were made anew last.
create table rollup_runs (
    tenant_id uuid primary key references businesses,
    folded_at timestamptz not null,
    took_ms bigint not null check (took_ms >= 0),
    changes bigint not null check (changes >= 0),
    rebuilt_at timestamptz
);

grant update on rollup_runs to plushka_app;

-- insights: what was caused --------------------------------------------------------------------------

-- A campaign ('campaign:<id>') or a promotion ('promotion:<programme>:<id>'), of one quarter alone with '@<its first day>'
-- behind it, its groups compared from start to end and as of
-- counted_at; what is final is counted no more. Money and points are of the treated, receipts and those of unknown cost of
-- both groups.
create table experiments (
    tenant_id uuid not null references businesses,
    subject text not null check (subject <> ''),
    from_at timestamptz not null,
    until_at timestamptz not null,
    counted_at timestamptz not null,
    is_final boolean not null,
    receipts bigint not null check (receipts >= 0),
    unknown_cost bigint not null,
    goods_minor bigint not null check (goods_minor >= 0),
    discount_minor bigint not null check (discount_minor >= 0),
    redeemed_minor bigint not null check (redeemed_minor >= 0),
    messages_minor bigint not null check (messages_minor >= 0),
    points_given bigint not null check (points_given >= 0),
    primary key (tenant_id, subject),
    constraint experiment_lasts check (from_at < until_at),
    constraint unknown_costs_are_of_its_receipts check (unknown_cost between 0 and receipts)
);

grant delete on experiments to plushka_app;

-- Sums over the members of one stratum's group: of a figure after the start (y), before it (x), squares and products.
create table experiment_sums (
    tenant_id uuid not null,
    subject text not null,
    figure text not null check (figure in ('paid', 'purchases', 'buyers', 'profit')),
    stratum smallint not null check (stratum >= 0),
    is_control boolean not null,
    members bigint not null check (members > 0),
    y numeric not null,
    yy numeric not null check (yy >= 0),
    x numeric not null,
    xx numeric not null check (xx >= 0),
    xy numeric not null,
    primary key (tenant_id, subject, figure, stratum, is_control),
    foreign key (tenant_id, subject) references experiments (tenant_id, subject) on delete cascade
);

-- insights: what to do next --------------------------------------------------------------------------

-- What the rules look at, as it was counted last (domain/insights/advice/model.py).
create table advice_runs (
    tenant_id uuid primary key references businesses,
    figures jsonb not null,
    counted_at timestamptz not null
);

grant update on advice_runs to plushka_app;

-- Advice that is not told before until_on. subject: what it was of, '' where the rule knows only one thing.
create table advice_put_away (
    tenant_id uuid not null references businesses,
    rule text not null check (rule <> ''),
    subject text not null,
    until_on date not null,
    actor text not null,
    at timestamptz not null,
    primary key (tenant_id, rule, subject)
);

grant update, delete on advice_put_away to plushka_app;

-- insights: points as money --------------------------------------------------------------------------

-- The accounts of the business's own books that a way of points is booked to, where they are not the example's (0104).
create table points_accounts (
    tenant_id uuid not null references businesses,
    way text not null check (
        way in (
            'issued', 'granted_back', 'given', 'forgiven', 'restored', 'spent', 'burned', 'reversed', 'taken',
            'forfeited', 'revalued'
        )
    ),
    debit text not null check (debit <> '' and length(debit) <= 20),
    credit text not null check (credit <> '' and length(credit) <= 20),
    primary key (tenant_id, way)
);

grant update on points_accounts to plushka_app;
-- insights: reports of one's own ---------------------------------------------------------------------

-- A question under a name (docs/decisions/0105-report-constructor.md). question: of domain/insights/constructor/model.py; it
-- holds no figures, so that a shared one shows each reader what they may see. deleted_at: put away, and taken back for a time.
create table saved_reports (
    tenant_id uuid not null references businesses,
    id uuid not null,
    actor text not null,
    name text not null check (name <> '' and length(name) <= 100),
    question jsonb not null,
    is_shared boolean not null,
    created_at timestamptz not null,
    deleted_at timestamptz,
    primary key (tenant_id, id)
);

grant update (name, question, is_shared, deleted_at), delete on saved_reports to plushka_app;

-- When a report is sent, by the clock of the business, in whose name and to which colleagues besides. day: of the week or the
-- month, 0 of what is daily. ways: by mail, to chats in messengers, or both. next_at: the next moment.
create table report_schedules (
    tenant_id uuid not null,
    report_id uuid not null,
    staff_id uuid not null,
    every text not null check (every in ('day', 'week', 'month')),
    day smallint not null,
    hour smallint not null check (hour between 0 and 23),
    recipients uuid[] not null default '{}',
    ways text[] not null default '{email}' check (cardinality(ways) > 0 and ways <@ '{email,messenger}'::text[]),
    next_at timestamptz not null,
    primary key (tenant_id, report_id),
    constraint report_schedule_has_its_day check (
        case every when 'day' then day = 0 when 'week' then day between 1 and 7 else day between 1 and 28 end
    ),
    foreign key (tenant_id, report_id) references saved_reports (tenant_id, id),
    foreign key (tenant_id, staff_id) references staff (tenant_id, id)
);

grant update, delete on report_schedules to plushka_app;

-- Each moment of a schedule, claimed once for ever by its row. failure: the code of why nothing was sent. unreached: who may
-- have it and had neither mail nor a chat to get it by.
create table report_sendings (
    tenant_id uuid not null,
    report_id uuid not null,
    slot_at timestamptz not null,
    task_id uuid,
    state text not null check (state in ('making', 'left', 'refused')),
    failure text not null default '',
    unreached uuid[] not null default '{}',
    primary key (tenant_id, report_id, slot_at),
    constraint report_sending_tells_why check ((state = 'refused') = (failure <> '')),
    foreign key (tenant_id, report_id) references saved_reports (tenant_id, id)
);

grant update (task_id, state, failure, unreached), delete on report_sendings to plushka_app;

-- insights: payback --------------------------------------------------------------------------------

-- What the programme costs besides goods, discounts and points, over one month or the quarter that begins with from_on.
-- covers_messages: it is what messages cost, so their deliveries are not counted besides.
create table payback_costs (
    tenant_id uuid not null references businesses,
    id uuid not null,
    name text not null check (name <> '' and length(name) <= 100),
    amount_minor bigint not null check (amount_minor > 0),
    from_on date not null check (extract(day from from_on) = 1),
    months smallint not null check (months in (1, 3)),
    covers_messages boolean not null,
    created_by text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    constraint quarter_begins_with_its_first_month check (months = 1 or extract(month from from_on) in (1, 4, 7, 10))
);

grant update, delete on payback_costs to plushka_app;

-- Receipts of a month that a scenario of the programme brought, each in the first one that claims it, as they were counted
-- last; goods_minor: what their goods cost, where it is known. revenue_minor of a run: of all the month's sales then.
create table payback_receipts (
    tenant_id uuid not null,
    receipt_id uuid not null,
    month_on date not null,
    scenario text not null check (scenario in ('birthday', 'reactivation', 'promotions')),
    revenue_minor bigint not null check (revenue_minor >= 0),
    goods_minor bigint check (goods_minor >= 0),
    primary key (tenant_id, month_on, receipt_id),
    foreign key (tenant_id, receipt_id) references receipts (tenant_id, id)
);

grant delete on payback_receipts to plushka_app;

create table payback_runs (
    tenant_id uuid not null references businesses,
    month_on date not null,
    counted_at timestamptz not null,
    revenue_minor bigint not null,
    primary key (tenant_id, month_on)
);

grant update on payback_runs to plushka_app;

-- the application's role ------------------------------------------------------------------------------

-- It reads and adds everywhere; what else it may do stands beside each table.
grant select, insert on all tables in schema public to plushka_app;
-- The second lock on tenancy: behind the tenant_id of every statement, the rows of other tenants do not exist.
-- A session, a business, a link's code, a bot's account, a gateway's post and a link to unsubscribe are looked up before
-- it is known whose they are.
do $$
declare
    tenant_table text;
begin
    for tenant_table in
        select table_name from information_schema.columns
        where table_schema = 'public' and column_name = 'tenant_id'
            and table_name not in (
                'bot_accounts', 'businesses', 'gateway_posts', 'registration_codes', 'sessions', 'staff',
                'unsubscribe_links'
            )
    loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format(
            'create policy of_tenant on %I using (tenant_id = current_setting(''plushka.tenant_id'', true)::uuid)',
            tenant_table
        );
    end loop;
end
$$;

-- Staff rows are also found by the person who signs in, before a business is chosen.
alter table staff enable row level security;
create policy of_tenant_or_account on staff using (
    tenant_id = nullif(current_setting('plushka.tenant_id', true), '')::uuid
    or account_id = nullif(current_setting('plushka.account_id', true), '')::uuid
);

-- A person restricted to some branches reads the receipts and tills of these alone, whatever a page asks for.
-- Without the setting (tills, jobs, everybody else, and all writes) there is nothing to restrict.
create policy of_branches on receipts as restrictive for select using (
    (select nullif(current_setting('plushka.branch_ids', true), '')) is null
    or branch_id = any((select string_to_array(current_setting('plushka.branch_ids', true), ','))::uuid[])
);
create policy of_branches on tills as restrictive for select using (
    (select nullif(current_setting('plushka.branch_ids', true), '')) is null
    or branch_id = any((select string_to_array(current_setting('plushka.branch_ids', true), ','))::uuid[])
);

-- What two businesses share is seen by the two; an invitation, which is nobody's yet, by whoever has its link.
alter table partnerships enable row level security;
create policy of_both on partnerships using (
    partner_id is null
    or current_setting('plushka.tenant_id', true)::uuid in (inviter_id, partner_id)
);
alter table partner_offers enable row level security;
create policy of_both on partner_offers using (
    current_setting('plushka.tenant_id', true)::uuid in (issuer_id, holder_id)
);
alter table partner_codes enable row level security;
create policy of_both on partner_codes using (
    current_setting('plushka.tenant_id', true)::uuid in (issuer_id, holder_id)
);
