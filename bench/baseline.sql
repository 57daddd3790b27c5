-- pgbench: one purchase at a time, with the reads and writes of the product. Shop and documents come as -D.
\set card random(:first_card, :last_card)
\set number random(1, 9000000000000000000)
\set points random(20, 200)
begin;
select set_config('plushka.tenant_id', :tenant, true);
select id, program_id, number, valid_from from program_versions where tenant_id = :tenant order by valid_from desc, number desc limit 1 \gset version_
select m.id, m.personal_discount_bp, m.tags, m.birthday from identities i join members m on m.tenant_id = i.tenant_id and m.id = i.member_id where i.tenant_id = :tenant and i.kind = 'card' and i.value = :card \gset member_
select id, pending, available, held, debt, due_at, last_purchase_on, last_purchase_zone from wallets where tenant_id = :tenant and member_id = :member_id and program_id = :version_program_id for no key update \gset wallet_
select tier, tier_since, tier_is_manual, tier_until, purchases, spend_minor, points_earned from standings where tenant_id = :tenant and member_id = :member_id and program_id = :version_program_id;
select sum(spend_minor)::bigint, sum(purchases)::bigint, sum(points_earned)::bigint, sum(points_earned) filter (where business_date >= date_trunc('month', current_date))::bigint from standing_days where tenant_id = :tenant and member_id = :member_id and program_id = :version_program_id and business_date between current_date - 89 and current_date;
select rule, sum(points)::bigint, sum(points) filter (where business_date = current_date)::bigint from rule_days where tenant_id = :tenant and member_id = :member_id and program_id = :version_program_id and business_date between date_trunc('month', current_date) and current_date group by rule;
insert into receipts (tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, occurred_at, received_at, business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points, earned_points, basket, member_state, outcome, balance) values (:tenant, uuidv7(), :till, :number, :digest, :branch, :member_id, :version_id, now(), now(), current_date, 5000, 0, 0, 5000, 0, :points, :basket, :member_state, :outcome, :balance) on conflict do nothing returning id \gset receipt_
insert into lots (tenant_id, id, wallet_id, document_id, granted, pending, available, held, earned_at, activates_at, expires_at) values (:tenant, uuidv7(), :wallet_id, :receipt_id, :points, :points, 0, 0, now(), now() + interval '1 day', now() + interval '121 days') returning id \gset lot_
insert into postings (tenant_id, id, wallet_id, lot_id, kind, debit, credit, points, document_id, version_id, at) values (:tenant, uuidv7(), :wallet_id, :lot_id, 'accrue', 'issued', 'pending', :points, :receipt_id, :version_id, now());
update wallets set pending = pending + :points, due_at = least(due_at, now() + interval '1 day'), last_purchase_on = current_date, last_purchase_zone = 'America/New_York' where tenant_id = :tenant and id = :wallet_id;
update standings set purchases = purchases + 1, spend_minor = spend_minor + 5000, points_earned = points_earned + :points where tenant_id = :tenant and member_id = :member_id and program_id = :version_program_id;
insert into standing_days as d (tenant_id, member_id, program_id, business_date, purchases, spend_minor, points_earned) values (:tenant, :member_id, :version_program_id, current_date, 1, 5000, :points) on conflict (tenant_id, member_id, program_id, business_date) do update set purchases = d.purchases + 1, spend_minor = d.spend_minor + excluded.spend_minor, points_earned = d.points_earned + excluded.points_earned;
insert into rule_days as d (tenant_id, member_id, program_id, rule, business_date, points) values (:tenant, :member_id, :version_program_id, 'visit', current_date, 10) on conflict (tenant_id, member_id, program_id, rule, business_date) do update set points = d.points + excluded.points;
commit;
