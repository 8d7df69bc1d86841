CREATE SCHEMA novavms_mock;
CREATE FUNCTION novavms_mock.enter(org text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  loop
    perform 1 from turns where org_id = org for update;
    exit when found;
    insert into turns values (org) on conflict do nothing;
  end loop;
end $$;
CREATE FUNCTION novavms_mock.find_all_users(wanted text) RETURNS SETOF text
    LANGUAGE plpgsql
    AS $$
declare
  org text;
begin
  for org in select distinct h.org_id from holders h where h.kind = 'users' and h.value = wanted order by 1 loop
    perform enter(org);
  end loop;
  return query select k.body from users k join holders h using (org_id, id)
    where h.kind = 'users' and h.value = wanted order by k.at, k.id;
end $$;
CREATE FUNCTION novavms_mock.find_api_keys(wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
declare
  holder holders;
  found_now text[];
begin
  loop
    select * into holder from holders h where h.kind = 'api_keys' and h.value = wanted limit 1;
    exit when not found;
    perform enter(holder.org_id);
    perform 1 from holders h where (h.kind, h.value, h.org_id, h.id) = ('api_keys', wanted, holder.org_id, holder.id);
    if found then
      return (select array[k.body, a0.body, a1.body, a2.body] from api_keys k left join users a0 on a0.org_id = k.org_id and a0.id = k."user_id" left join orgs a1 on a1.org_id = k.org_id and a1.id = k."org_id" left join buckets a2 on a2.org_id = k.org_id and a2.id = k."id" where k.org_id = holder.org_id and k.id = holder.id);
    end if;
  end loop;
  return null;
end $$;
CREATE FUNCTION novavms_mock.find_gateways(wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
declare
  holder holders;
  found_now text[];
begin
  loop
    select * into holder from holders h where h.kind = 'gateways' and h.value = wanted limit 1;
    exit when not found;
    perform enter(holder.org_id);
    perform 1 from holders h where (h.kind, h.value, h.org_id, h.id) = ('gateways', wanted, holder.org_id, holder.id);
    if found then
      return (select array[k.body] from gateways k  where k.org_id = holder.org_id and k.id = holder.id);
    end if;
  end loop;
  return null;
end $$;
CREATE FUNCTION novavms_mock.find_pairing_codes(wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
declare
  holder holders;
  found_now text[];
begin
  loop
    select * into holder from holders h where h.kind = 'pairing_codes' and h.value = wanted limit 1;
    exit when not found;
    perform enter(holder.org_id);
    perform 1 from holders h where (h.kind, h.value, h.org_id, h.id) = ('pairing_codes', wanted, holder.org_id, holder.id);
    if found then
      return (select array[k.body, a0.body] from pairing_codes k left join gateways a0 on a0.org_id = k.org_id and a0.id = k."gateway_id" where k.org_id = holder.org_id and k.id = holder.id);
    end if;
  end loop;
  return null;
end $$;
CREATE FUNCTION novavms_mock.take_alert_rules(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from alert_rules k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_alerts(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from alerts k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_api_keys(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body, a0.body, a1.body, a2.body] from api_keys k left join users a0 on a0.org_id = k.org_id and a0.id = k."user_id" left join orgs a1 on a1.org_id = k.org_id and a1.id = k."org_id" left join buckets a2 on a2.org_id = k.org_id and a2.id = k."id" where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_buckets(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from buckets k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_cameras(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from cameras k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_deliveries(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from deliveries k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_events(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body, a0.body, (select n.body from events n where n.org_id = k.org_id and n."deleted" in ('false') and (n.at, n.id) < (k.at, k.id) order by n.at desc, n.id desc limit 1), (select n.body from events n where n.org_id = k.org_id and n."deleted" in ('false') and (n.at, n.id) > (k.at, k.id) order by n.at asc, n.id asc limit 1)] from events k left join cameras a0 on a0.org_id = k.org_id and a0.id = k."camera_id" where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_gateway_turns(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from gateway_turns k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_gateways(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from gateways k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_login_attempts(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from login_attempts k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_orgs(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from orgs k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_pairing_codes(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body, a0.body] from pairing_codes k left join gateways a0 on a0.org_id = k.org_id and a0.id = k."gateway_id" where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_sessions(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body, a0.body, a1.body, a2.body] from sessions k left join users a0 on a0.org_id = k.org_id and a0.id = k."user_id" left join orgs a1 on a1.org_id = k.org_id and a1.id = k."org_id" left join buckets a2 on a2.org_id = k.org_id and a2.id = k."user_id" where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_sites(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from sites k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_users(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from users k  where k.org_id = org and k.id = wanted);
end $$;
CREATE FUNCTION novavms_mock.take_webhooks(org text, wanted text) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
begin
  perform enter(org);
  return (select array[k.body] from webhooks k  where k.org_id = org and k.id = wanted);
end $$;
CREATE TABLE novavms_mock.about (
    version integer NOT NULL
);
CREATE TABLE novavms_mock.alert_rules (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    enabled text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.alerts (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    rule_id text COLLATE pg_catalog."C",
    camera_id text COLLATE pg_catalog."C",
    status text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.alerts_tally (
    org_id text COLLATE pg_catalog."C",
    rule_id text COLLATE pg_catalog."C",
    camera_id text COLLATE pg_catalog."C",
    status text COLLATE pg_catalog."C",
    number bigint NOT NULL
);
CREATE TABLE novavms_mock.api_keys (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    user_id text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.buckets (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE novavms_mock.cameras (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    due timestamp with time zone,
    site_id text COLLATE pg_catalog."C",
    gateway_id text COLLATE pg_catalog."C",
    status text COLLATE pg_catalog."C",
    type text COLLATE pg_catalog."C",
    connection_mode text COLLATE pg_catalog."C",
    deleted text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.deliveries (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    due timestamp with time zone,
    webhook_id text COLLATE pg_catalog."C",
    state text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.events (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    camera_id text COLLATE pg_catalog."C",
    trigger_type text COLLATE pg_catalog."C",
    ai_status text COLLATE pg_catalog."C",
    starred text COLLATE pg_catalog."C",
    deleted text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.events_tally (
    org_id text COLLATE pg_catalog."C",
    camera_id text COLLATE pg_catalog."C",
    trigger_type text COLLATE pg_catalog."C",
    ai_status text COLLATE pg_catalog."C",
    starred text COLLATE pg_catalog."C",
    deleted text COLLATE pg_catalog."C",
    number bigint NOT NULL
);
CREATE TABLE novavms_mock.gateway_turns (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    due timestamp with time zone,
    body text NOT NULL
);
CREATE TABLE novavms_mock.gateways (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    site_id text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.holders (
    kind text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C"
);
CREATE UNLOGGED TABLE novavms_mock.journal (
    serial bigint NOT NULL,
    noted double precision NOT NULL,
    org_id text,
    operation text,
    status integer,
    body text NOT NULL
);
CREATE UNLOGGED SEQUENCE novavms_mock.journal_serial_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE novavms_mock.journal_serial_seq OWNED BY novavms_mock.journal.serial;
CREATE TABLE novavms_mock.login_attempts (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE novavms_mock.orgs (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE novavms_mock.pairing_codes (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    gateway_id text COLLATE pg_catalog."C",
    redeemed text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE SEQUENCE novavms_mock.replicas
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE novavms_mock.sessions (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    user_id text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.sites (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE novavms_mock.sockets (
    org_id text NOT NULL,
    gateway_id text NOT NULL,
    replica integer NOT NULL,
    number integer NOT NULL
);
CREATE TABLE novavms_mock.standing (
    name text NOT NULL,
    value text NOT NULL
);
CREATE UNLOGGED TABLE novavms_mock.turns (
    org_id text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE novavms_mock.users (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    email text COLLATE pg_catalog."C",
    role text COLLATE pg_catalog."C",
    body text NOT NULL
);
CREATE TABLE novavms_mock.webhooks (
    org_id text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL,
    enabled text COLLATE pg_catalog."C",
    body text NOT NULL
);
ALTER TABLE ONLY novavms_mock.journal ALTER COLUMN serial SET DEFAULT nextval('novavms_mock.journal_serial_seq'::regclass);
INSERT INTO novavms_mock.about VALUES (2);
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '66eebc57-8f4e-4b4f-8041-f5ee8bae8e66', '2026-10-31 15:29:18+00', 'd9814559-3a9a-4a39-a261-e34a7b6bc3c6', '{"id":"66eebc57-8f4e-4b4f-8041-f5ee8bae8e66","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"d9814559-3a9a-4a39-a261-e34a7b6bc3c6","token":"sk_live_small_admin","name":"key","created_at":"2026-10-31T15:29:18Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '8c53765f-4ec0-4954-bf8b-2a6aab74fe57', '2026-10-31 15:29:18+00', 'b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93', '{"id":"8c53765f-4ec0-4954-bf8b-2a6aab74fe57","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93","token":"sk_live_small_operator","name":"key","created_at":"2026-10-31T15:29:18Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b2c55523-807c-4e30-a598-d0dbccbfd2ec', '2026-10-31 15:29:18+00', 'b6eafff5-782a-4e6b-ac9f-21df74f09af5', '{"id":"b2c55523-807c-4e30-a598-d0dbccbfd2ec","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"b6eafff5-782a-4e6b-ac9f-21df74f09af5","token":"sk_live_small_viewer","name":"key","created_at":"2026-10-31T15:29:18Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'fa97002c-fcba-4167-b5a9-ca5fedf165da', '2026-10-31 15:29:18+00', '2475263c-7854-4014-aded-c86a9f4fb02b', '{"id":"fa97002c-fcba-4167-b5a9-ca5fedf165da","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_owner","name":"key","created_at":"2026-10-31T15:29:18Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '3d0c5a8e-9b41-4f2e-8a67-51c7e0d4b296', '2026-11-01 15:29:18+00', '2475263c-7854-4014-aded-c86a9f4fb02b', '{"id":"3d0c5a8e-9b41-4f2e-8a67-51c7e0d4b296","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_expired","name":"key","created_at":"2026-11-01T15:29:18Z","expires_at":"2026-11-29T15:29:18Z"}');
INSERT INTO novavms_mock.api_keys VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'a41f7be2-6c05-4d98-b3f0-2e8d9c6a1750', '2026-11-01 15:29:18+00', '2475263c-7854-4014-aded-c86a9f4fb02b', '{"id":"a41f7be2-6c05-4d98-b3f0-2e8d9c6a1750","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_expiring","name":"key","created_at":"2026-11-01T15:29:18Z","expires_at":"2026-11-30T16:29:18Z"}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '7087b46d-1d02-4b6f-9efe-b75fd28c5fbc', '2026-10-31 15:29:19+00', '060115ab-d95e-4fe9-a6e8-f323e1e05b9c', '{"id":"7087b46d-1d02-4b6f-9efe-b75fd28c5fbc","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"060115ab-d95e-4fe9-a6e8-f323e1e05b9c","token":"sk_live_35bd9ef053be0694887c0d9c9b6875e8","name":"key","created_at":"2026-10-31T15:29:19Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'd5814e20-9981-4a5a-9bc7-5714b27f7c86', '2026-10-31 15:29:19+00', '57decd65-0adc-4d51-823d-118676e1f7ed', '{"id":"d5814e20-9981-4a5a-9bc7-5714b27f7c86","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"57decd65-0adc-4d51-823d-118676e1f7ed","token":"sk_live_f9b465ee637de8be559e294eaa766965","name":"key","created_at":"2026-10-31T15:29:19Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'b5b8a6fe-8f59-45cf-b0cd-44151eb79e38', '2026-10-31 15:29:19+00', '519e3fae-dc6c-4745-ae6b-026f5016b921', '{"id":"b5b8a6fe-8f59-45cf-b0cd-44151eb79e38","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"519e3fae-dc6c-4745-ae6b-026f5016b921","token":"sk_live_d80f212789d0ff5950220c12e465ced0","name":"key","created_at":"2026-10-31T15:29:19Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'f254a0a1-eb7d-4bb8-a3b0-706bef736783', '2026-10-31 15:29:19+00', '5c2e0aa0-b19d-4d80-96a7-370df464e415', '{"id":"f254a0a1-eb7d-4bb8-a3b0-706bef736783","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"5c2e0aa0-b19d-4d80-96a7-370df464e415","token":"sk_live_14ecc6a7b871230f97a047b902af5f28","name":"key","created_at":"2026-10-31T15:29:19Z","expires_at":null}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'ef57fc0e-f8af-4bc8-aa02-9ee7118162e1', '2026-11-01 15:29:19+00', '060115ab-d95e-4fe9-a6e8-f323e1e05b9c', '{"id":"ef57fc0e-f8af-4bc8-aa02-9ee7118162e1","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"060115ab-d95e-4fe9-a6e8-f323e1e05b9c","token":"sk_live_1645adfe3238ffceeddfd26a161efcb7","name":"key","created_at":"2026-11-01T15:29:19Z","expires_at":"2026-11-29T15:29:19Z"}');
INSERT INTO novavms_mock.api_keys VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '25092c07-9053-4ef4-9571-f75ab6629690', '2026-11-01 15:29:19+00', '060115ab-d95e-4fe9-a6e8-f323e1e05b9c', '{"id":"25092c07-9053-4ef4-9571-f75ab6629690","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","user_id":"060115ab-d95e-4fe9-a6e8-f323e1e05b9c","token":"sk_live_0785f67e0a7d437c1cf32a1126dc4e62","name":"key","created_at":"2026-11-01T15:29:19Z","expires_at":"2026-11-30T16:29:19Z"}');
INSERT INTO novavms_mock.buckets VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '7087b46d-1d02-4b6f-9efe-b75fd28c5fbc', '2026-11-30 15:29:19.580193+00', '{"id":"7087b46d-1d02-4b6f-9efe-b75fd28c5fbc","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","opened_at":"2026-11-30T15:29:19.580193Z","tokens":99,"at":"2026-11-30T15:29:19.580193Z"}');
INSERT INTO novavms_mock.cameras VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '265c28ea-0879-4955-825f-f87c44df8a13', '2026-10-31 15:29:18+00', NULL, '85f184e0-b464-4554-b675-299b0c83e786', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"265c28ea-0879-4955-825f-f87c44df8a13","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"85f184e0-b464-4554-b675-299b0c83e786","gateway_id":null,"name":"South door","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:18Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '66e61127-e26b-424a-8e0d-8d877a98b9ac', '2026-10-31 15:29:18+00', NULL, 'd1711cbd-2106-419e-840d-31b5397a7623', 'b7a1774f-1a42-421e-aba4-c70ee306f0c4', 'online', 'rtsp', 'gateway', 'false', '{"id":"66e61127-e26b-424a-8e0d-8d877a98b9ac","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","gateway_id":"b7a1774f-1a42-421e-aba4-c70ee306f0c4","name":"North door","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:18Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'd4f398ee-4b5c-4a95-b3d9-18086edd77d8', '2026-10-31 15:29:18+00', NULL, 'd1711cbd-2106-419e-840d-31b5397a7623', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"d4f398ee-4b5c-4a95-b3d9-18086edd77d8","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","gateway_id":null,"name":"North yard","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:18Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'f5ee8c72-98e6-45b7-a1cd-7be8a7d83351', '2026-10-31 15:29:18+00', NULL, '85f184e0-b464-4554-b675-299b0c83e786', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"f5ee8c72-98e6-45b7-a1cd-7be8a7d83351","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"85f184e0-b464-4554-b675-299b0c83e786","gateway_id":null,"name":"South yard","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:18Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '4ccb3afe-2df5-4389-ba12-4055f71ff804', '2026-10-31 15:29:19+00', NULL, 'b6250af6-96b0-4b11-821a-2f098e421ea0', '2563eca7-bc12-4546-9e38-7db278b51d0e', 'online', 'rtsp', 'gateway', 'false', '{"id":"4ccb3afe-2df5-4389-ba12-4055f71ff804","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","site_id":"b6250af6-96b0-4b11-821a-2f098e421ea0","gateway_id":"2563eca7-bc12-4546-9e38-7db278b51d0e","name":"North door","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:19Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'eab59116-6fd4-4757-b40b-92217989aa22', '2026-10-31 15:29:19+00', NULL, 'b6250af6-96b0-4b11-821a-2f098e421ea0', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"eab59116-6fd4-4757-b40b-92217989aa22","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","site_id":"b6250af6-96b0-4b11-821a-2f098e421ea0","gateway_id":null,"name":"North yard","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:19Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '7148f8a3-0ac6-4dcd-99e9-6fa7c03840f7', '2026-10-31 15:29:19+00', NULL, '9630e0f1-145a-43c6-a806-1b0263c22e01', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"7148f8a3-0ac6-4dcd-99e9-6fa7c03840f7","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","site_id":"9630e0f1-145a-43c6-a806-1b0263c22e01","gateway_id":null,"name":"South door","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:19Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.cameras VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '44328017-f50c-42f2-a982-ea97586064b4', '2026-10-31 15:29:19+00', NULL, '9630e0f1-145a-43c6-a806-1b0263c22e01', NULL, 'online', 'rtsp', 'direct', 'false', '{"id":"44328017-f50c-42f2-a982-ea97586064b4","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","site_id":"9630e0f1-145a-43c6-a806-1b0263c22e01","gateway_id":null,"name":"South yard","type":"rtsp","status":"online","stream_url":null,"username":null,"password":null,"created_at":"2026-10-31T15:29:19Z","settles_at":null,"deleted_at":null}');
INSERT INTO novavms_mock.events VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '6c946038-b199-42e3-a434-a2086add7cbf', '2026-11-15 08:30:20+00', 'eab59116-6fd4-4757-b40b-92217989aa22', 'motion', 'completed', 'true', 'false', '{"id":"6c946038-b199-42e3-a434-a2086add7cbf","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","camera_id":"eab59116-6fd4-4757-b40b-92217989aa22","trigger_type":"motion","triggered_at":"2026-11-15T08:30:20Z","clip_start_at":"2026-11-15T08:30:14Z","clip_end_at":"2026-11-15T08:30:56Z","summary":"Motion in the corridor","narrative":"The light came on and a shadow crossed the corridor.","tags":[],"ai_status":"completed","confidence":null,"zones":["entrance"],"starred":true,"notes":null,"acknowledged_by":null,"acknowledged_at":null,"snapshot_url":"https://storage.googleapis.com/bkt-cloud-ai/6c946038-b199-42e3-a434-a2086add7cbf.jpg","clip_url":"https://storage.googleapis.com/bkt-cloud-ai/6c946038-b199-42e3-a434-a2086add7cbf.mp4","clip_codec":"h264","recording_source":"gateway_ring_buffer","deleted_at":null}');
INSERT INTO novavms_mock.events VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '8ca4bb83-e911-4715-896f-6000aa550fa2', '2026-11-23 22:42:27+00', '4ccb3afe-2df5-4389-ba12-4055f71ff804', 'ai_tag', 'completed', 'false', 'false', '{"id":"8ca4bb83-e911-4715-896f-6000aa550fa2","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","camera_id":"4ccb3afe-2df5-4389-ba12-4055f71ff804","trigger_type":"ai_tag","triggered_at":"2026-11-23T22:42:27Z","clip_start_at":"2026-11-23T22:42:23Z","clip_end_at":"2026-11-23T22:43:16Z","summary":"Dog runs along the perimeter","narrative":"A dog without a leash ran along the fence and out of view.","tags":["animal","dog"],"ai_status":"completed","confidence":0.91,"zones":["entrance"],"starred":false,"notes":null,"acknowledged_by":null,"acknowledged_at":null,"snapshot_url":"https://storage.googleapis.com/bkt-cloud-ai/8ca4bb83-e911-4715-896f-6000aa550fa2.jpg","clip_url":"https://storage.googleapis.com/bkt-cloud-ai/8ca4bb83-e911-4715-896f-6000aa550fa2.mp4","clip_codec":"h264","recording_source":"gateway_ring_buffer","deleted_at":null}');
INSERT INTO novavms_mock.events VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'b56ae03a-66c3-4750-ad8a-d64b3e1007a8', '2026-11-29 21:13:10+00', 'eab59116-6fd4-4757-b40b-92217989aa22', 'motion', 'completed', 'false', 'false', '{"id":"b56ae03a-66c3-4750-ad8a-d64b3e1007a8","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","camera_id":"eab59116-6fd4-4757-b40b-92217989aa22","trigger_type":"motion","triggered_at":"2026-11-29T21:13:10Z","clip_start_at":"2026-11-29T21:13:02Z","clip_end_at":"2026-11-29T21:13:24Z","summary":"Motion at the roller door","narrative":"The roller door shook in the wind.","tags":[],"ai_status":"completed","confidence":null,"zones":["entrance"],"starred":false,"notes":null,"acknowledged_by":null,"acknowledged_at":null,"snapshot_url":"https://storage.googleapis.com/bkt-cloud-ai/b56ae03a-66c3-4750-ad8a-d64b3e1007a8.jpg","clip_url":"https://storage.googleapis.com/bkt-cloud-ai/b56ae03a-66c3-4750-ad8a-d64b3e1007a8.mp4","clip_codec":"h264","recording_source":"gateway_ring_buffer","deleted_at":null}');
INSERT INTO novavms_mock.events_tally VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'eab59116-6fd4-4757-b40b-92217989aa22', 'motion', 'completed', 'true', 'false', 1);
INSERT INTO novavms_mock.events_tally VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '4ccb3afe-2df5-4389-ba12-4055f71ff804', 'ai_tag', 'completed', 'false', 'false', 1);
INSERT INTO novavms_mock.events_tally VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'eab59116-6fd4-4757-b40b-92217989aa22', 'motion', 'completed', 'false', 'false', 1);
INSERT INTO novavms_mock.gateways VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b7a1774f-1a42-421e-aba4-c70ee306f0c4', '2026-10-31 15:29:18+00', 'd1711cbd-2106-419e-840d-31b5397a7623', '{"id":"b7a1774f-1a42-421e-aba4-c70ee306f0c4","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"North gateway","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","status":"offline","version":"2026.04.12","local_ip":"192.168.1.10","last_heartbeat_at":null,"created_at":"2026-10-31T15:29:18Z","api_key":"gw_small_north","telemetry":null}');
INSERT INTO novavms_mock.gateways VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '2563eca7-bc12-4546-9e38-7db278b51d0e', '2026-10-31 15:29:19+00', 'b6250af6-96b0-4b11-821a-2f098e421ea0', '{"id":"2563eca7-bc12-4546-9e38-7db278b51d0e","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","name":"North gateway","site_id":"b6250af6-96b0-4b11-821a-2f098e421ea0","status":"offline","version":"2026.04.12","local_ip":"192.168.1.10","last_heartbeat_at":null,"created_at":"2026-10-31T15:29:19Z","api_key":"gw_f54faed5578d3fd634f4e5c76f5e01bb","telemetry":null}');
INSERT INTO novavms_mock.holders VALUES ('users', 'admin@small.example.com', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'd9814559-3a9a-4a39-a261-e34a7b6bc3c6');
INSERT INTO novavms_mock.holders VALUES ('users', 'operator@small.example.com', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93');
INSERT INTO novavms_mock.holders VALUES ('users', 'owner@small.example.com', '93550840-067f-4cfc-8e1f-d3d9849acfb5', '2475263c-7854-4014-aded-c86a9f4fb02b');
INSERT INTO novavms_mock.holders VALUES ('users', 'viewer@small.example.com', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b6eafff5-782a-4e6b-ac9f-21df74f09af5');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_admin', '93550840-067f-4cfc-8e1f-d3d9849acfb5', '66eebc57-8f4e-4b4f-8041-f5ee8bae8e66');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_expired', '93550840-067f-4cfc-8e1f-d3d9849acfb5', '3d0c5a8e-9b41-4f2e-8a67-51c7e0d4b296');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_expiring', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'a41f7be2-6c05-4d98-b3f0-2e8d9c6a1750');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_operator', '93550840-067f-4cfc-8e1f-d3d9849acfb5', '8c53765f-4ec0-4954-bf8b-2a6aab74fe57');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_owner', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'fa97002c-fcba-4167-b5a9-ca5fedf165da');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_small_viewer', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b2c55523-807c-4e30-a598-d0dbccbfd2ec');
INSERT INTO novavms_mock.holders VALUES ('gateways', 'gw_small_north', '93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b7a1774f-1a42-421e-aba4-c70ee306f0c4');
INSERT INTO novavms_mock.holders VALUES ('users', 'admin@0de87084e7bf.example.com', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '57decd65-0adc-4d51-823d-118676e1f7ed');
INSERT INTO novavms_mock.holders VALUES ('users', 'operator@8e55cb012bb4.example.com', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '519e3fae-dc6c-4745-ae6b-026f5016b921');
INSERT INTO novavms_mock.holders VALUES ('users', 'owner@5b79e88912f8.example.com', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '060115ab-d95e-4fe9-a6e8-f323e1e05b9c');
INSERT INTO novavms_mock.holders VALUES ('users', 'viewer@9fa19452d14b.example.com', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '5c2e0aa0-b19d-4d80-96a7-370df464e415');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_0785f67e0a7d437c1cf32a1126dc4e62', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '25092c07-9053-4ef4-9571-f75ab6629690');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_14ecc6a7b871230f97a047b902af5f28', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'f254a0a1-eb7d-4bb8-a3b0-706bef736783');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_1645adfe3238ffceeddfd26a161efcb7', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'ef57fc0e-f8af-4bc8-aa02-9ee7118162e1');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_35bd9ef053be0694887c0d9c9b6875e8', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '7087b46d-1d02-4b6f-9efe-b75fd28c5fbc');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_d80f212789d0ff5950220c12e465ced0', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'b5b8a6fe-8f59-45cf-b0cd-44151eb79e38');
INSERT INTO novavms_mock.holders VALUES ('api_keys', 'sk_live_f9b465ee637de8be559e294eaa766965', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'd5814e20-9981-4a5a-9bc7-5714b27f7c86');
INSERT INTO novavms_mock.holders VALUES ('gateways', 'gw_f54faed5578d3fd634f4e5c76f5e01bb', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '2563eca7-bc12-4546-9e38-7db278b51d0e');
INSERT INTO novavms_mock.journal VALUES (1, 1796052559.8981643, '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'listEvents', 200, '{"at":"2026-11-30T15:29:19.580193Z","request_id":"req_6fd43a749e636d37ad63","method":"GET","path":"/api/v1/events","query":"","operation":"listEvents","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","actor":"Olive Owner","status":200,"duration_ms":31.072,"request_body":null,"response_body":"{\"data\":[{\"id\":\"b56ae03a-66c3-4750-ad8a-d64b3e1007a8\",\"camera_id\":\"eab59116-6fd4-4757-b40b-92217989aa22\",\"camera_name\":\"North yard\",\"camera_deleted\":false,\"trigger_type\":\"motion\",\"triggered_at\":\"2026-11-29T21:13:10Z\",\"summary\":\"Motion at the roller door\",\"tags\":[],\"ai_status\":\"completed\",\"acknowledged\":false,\"starred\":false,\"snapshot_url\":\"https://storage.googleapis.com/bkt-cloud-ai/b56ae03a-66c3-4750-ad8a-d64b3e1007a8.jpg\"},{\"id\":\"8ca4bb83-e911-4715-896f-6000aa550fa2\",\"camera_id\":\"4ccb3afe-2df5-4389-ba12-4055f71ff804\",\"camera_name\":\"North door\",\"camera_deleted\":false,\"trigger_type\":\"ai_tag\",\"triggered_at\":\"2026-11-23T22:42:27Z\",\"summary\":\"Dog runs along the perimeter\",\"tags\":[\"animal\",\"dog\"],\"ai_status\":\"completed\",\"acknowledged\":false,\"starred\":false,\"snapshot_url\":\"https://storage.googleapis.com/bkt-cloud-ai/8ca4bb83-e911-4715-896f-6000aa550fa2.jpg\"},{\"id\":\"6c946038-b199-42e3-a434-a2086add7cbf\",\"camera_id\":\"eab59116-6fd4-4757-b40b-92217989aa22\",\"camera_name\":\"North yard\",\"camera_deleted\":false,\"trigger_typ"}');
INSERT INTO novavms_mock.orgs VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '93550840-067f-4cfc-8e1f-d3d9849acfb5', '2026-10-31 15:29:18+00', '{"id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"Small World","created_at":"2026-10-31T15:29:18Z","settings":{"event_export_max_rows":10000,"rate_limit_per_minute":1000,"rate_limit_burst":100}}');
INSERT INTO novavms_mock.orgs VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '2026-10-31 15:29:19+00', '{"id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","name":"Kept","created_at":"2026-10-31T15:29:19Z","settings":{"event_export_max_rows":10000,"rate_limit_per_minute":1000,"rate_limit_burst":100}}');
INSERT INTO novavms_mock.sites VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '85f184e0-b464-4554-b675-299b0c83e786', '2026-10-31 15:29:18+00', '{"id":"85f184e0-b464-4554-b675-299b0c83e786","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"South","timezone":"UTC","created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.sites VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'd1711cbd-2106-419e-840d-31b5397a7623', '2026-10-31 15:29:18+00', '{"id":"d1711cbd-2106-419e-840d-31b5397a7623","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"North","timezone":"UTC","created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.sites VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', 'b6250af6-96b0-4b11-821a-2f098e421ea0', '2026-10-31 15:29:19+00', '{"id":"b6250af6-96b0-4b11-821a-2f098e421ea0","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","name":"North","timezone":"UTC","created_at":"2026-10-31T15:29:19Z"}');
INSERT INTO novavms_mock.sites VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '9630e0f1-145a-43c6-a806-1b0263c22e01', '2026-10-31 15:29:19+00', '{"id":"9630e0f1-145a-43c6-a806-1b0263c22e01","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","name":"South","timezone":"UTC","created_at":"2026-10-31T15:29:19Z"}');
INSERT INTO novavms_mock.standing VALUES ('chance', '{"seed":7,"drawn":{}}');
INSERT INTO novavms_mock.standing VALUES ('origin', '{"fixture":"small","content":{"orgs":[{"id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"Small World","created_at":"now-30d"}],"sites":[{"id":"d1711cbd-2106-419e-840d-31b5397a7623","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"North","timezone":"UTC","created_at":"now-30d"},{"id":"85f184e0-b464-4554-b675-299b0c83e786","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"South","timezone":"UTC","created_at":"now-30d"}],"users":[{"id":"2475263c-7854-4014-aded-c86a9f4fb02b","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"owner@small.example.com","display_name":"Olive Owner","role":"owner","password":"Owner-small-1","created_at":"now-30d"},{"id":"d9814559-3a9a-4a39-a261-e34a7b6bc3c6","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"admin@small.example.com","display_name":"Adam Admin","role":"admin","password":"Admin-small-1","created_at":"now-30d"},{"id":"b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"operator@small.example.com","display_name":"Opal Operator","role":"operator","password":"Operator-small-1","created_at":"now-30d"},{"id":"b6eafff5-782a-4e6b-ac9f-21df74f09af5","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"viewer@small.example.com","display_name":"Vera Viewer","role":"viewer","password":"Viewer-small-1","created_at":"now-30d","site_ids":["d1711cbd-2106-419e-840d-31b5397a7623"]}],"api_keys":[{"id":"fa97002c-fcba-4167-b5a9-ca5fedf165da","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_owner","created_at":"now-30d"},{"id":"66eebc57-8f4e-4b4f-8041-f5ee8bae8e66","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"d9814559-3a9a-4a39-a261-e34a7b6bc3c6","token":"sk_live_small_admin","created_at":"now-30d"},{"id":"8c53765f-4ec0-4954-bf8b-2a6aab74fe57","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93","token":"sk_live_small_operator","created_at":"now-30d"},{"id":"b2c55523-807c-4e30-a598-d0dbccbfd2ec","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"b6eafff5-782a-4e6b-ac9f-21df74f09af5","token":"sk_live_small_viewer","created_at":"now-30d"},{"id":"3d0c5a8e-9b41-4f2e-8a67-51c7e0d4b296","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_expired","created_at":"now-29d","expires_at":"now-1d"},{"id":"a41f7be2-6c05-4d98-b3f0-2e8d9c6a1750","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","user_id":"2475263c-7854-4014-aded-c86a9f4fb02b","token":"sk_live_small_expiring","created_at":"now-29d","expires_at":"now+1h"}],"gateways":[{"id":"b7a1774f-1a42-421e-aba4-c70ee306f0c4","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","name":"North gateway","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","status":"offline","version":"2026.04.12","local_ip":"192.168.1.10","last_heartbeat_at":null,"created_at":"now-30d","api_key":"gw_small_north"}],"cameras":[{"id":"66e61127-e26b-424a-8e0d-8d877a98b9ac","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","gateway_id":"b7a1774f-1a42-421e-aba4-c70ee306f0c4","name":"North door","created_at":"now-30d"},{"id":"d4f398ee-4b5c-4a95-b3d9-18086edd77d8","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"d1711cbd-2106-419e-840d-31b5397a7623","gateway_id":null,"name":"North yard","created_at":"now-30d"},{"id":"265c28ea-0879-4955-825f-f87c44df8a13","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"85f184e0-b464-4554-b675-299b0c83e786","gateway_id":null,"name":"South door","created_at":"now-30d"},{"id":"f5ee8c72-98e6-45b7-a1cd-7be8a7d83351","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","site_id":"85f184e0-b464-4554-b675-299b0c83e786","gateway_id":null,"name":"South yard","created_at":"now-30d"}]},"seed":7,"start":null,"mutants":[]}');
INSERT INTO novavms_mock.standing VALUES ('faults', '{"added":1,"faults":[{"id":1,"operation":"listSites","status":503,"times":1}]}');
INSERT INTO novavms_mock.standing VALUES ('time', '{"instant":"2026-11-30T15:29:19.580193Z","since":null}');
INSERT INTO novavms_mock.turns VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5');
INSERT INTO novavms_mock.users VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', '2475263c-7854-4014-aded-c86a9f4fb02b', '2026-10-31 15:29:18+00', 'owner@small.example.com', 'owner', '{"id":"2475263c-7854-4014-aded-c86a9f4fb02b","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"owner@small.example.com","display_name":"Olive Owner","role":"owner","enabled":true,"site_ids":[],"password":"Owner-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.users VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93', '2026-10-31 15:29:18+00', 'operator@small.example.com', 'operator', '{"id":"b3618e1c-a06d-4a69-9f3c-42b2e2cbbb93","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"operator@small.example.com","display_name":"Opal Operator","role":"operator","enabled":true,"site_ids":[],"password":"Operator-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.users VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'b6eafff5-782a-4e6b-ac9f-21df74f09af5', '2026-10-31 15:29:18+00', 'viewer@small.example.com', 'viewer', '{"id":"b6eafff5-782a-4e6b-ac9f-21df74f09af5","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"viewer@small.example.com","display_name":"Vera Viewer","role":"viewer","enabled":true,"site_ids":["d1711cbd-2106-419e-840d-31b5397a7623"],"password":"Viewer-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.users VALUES ('93550840-067f-4cfc-8e1f-d3d9849acfb5', 'd9814559-3a9a-4a39-a261-e34a7b6bc3c6', '2026-10-31 15:29:18+00', 'admin@small.example.com', 'admin', '{"id":"d9814559-3a9a-4a39-a261-e34a7b6bc3c6","org_id":"93550840-067f-4cfc-8e1f-d3d9849acfb5","email":"admin@small.example.com","display_name":"Adam Admin","role":"admin","enabled":true,"site_ids":[],"password":"Admin-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:18Z"}');
INSERT INTO novavms_mock.users VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '060115ab-d95e-4fe9-a6e8-f323e1e05b9c', '2026-10-31 15:29:19+00', 'owner@5b79e88912f8.example.com', 'owner', '{"id":"060115ab-d95e-4fe9-a6e8-f323e1e05b9c","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","email":"owner@5b79e88912f8.example.com","display_name":"Olive Owner","role":"owner","enabled":true,"site_ids":[],"password":"Owner-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:19Z"}');
INSERT INTO novavms_mock.users VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '57decd65-0adc-4d51-823d-118676e1f7ed', '2026-10-31 15:29:19+00', 'admin@0de87084e7bf.example.com', 'admin', '{"id":"57decd65-0adc-4d51-823d-118676e1f7ed","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","email":"admin@0de87084e7bf.example.com","display_name":"Adam Admin","role":"admin","enabled":true,"site_ids":[],"password":"Admin-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:19Z"}');
INSERT INTO novavms_mock.users VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '519e3fae-dc6c-4745-ae6b-026f5016b921', '2026-10-31 15:29:19+00', 'operator@8e55cb012bb4.example.com', 'operator', '{"id":"519e3fae-dc6c-4745-ae6b-026f5016b921","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","email":"operator@8e55cb012bb4.example.com","display_name":"Opal Operator","role":"operator","enabled":true,"site_ids":[],"password":"Operator-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:19Z"}');
INSERT INTO novavms_mock.users VALUES ('6e6ba048-979e-41f1-bff8-5d8cd492e4d5', '5c2e0aa0-b19d-4d80-96a7-370df464e415', '2026-10-31 15:29:19+00', 'viewer@9fa19452d14b.example.com', 'viewer', '{"id":"5c2e0aa0-b19d-4d80-96a7-370df464e415","org_id":"6e6ba048-979e-41f1-bff8-5d8cd492e4d5","email":"viewer@9fa19452d14b.example.com","display_name":"Vera Viewer","role":"viewer","enabled":true,"site_ids":["b6250af6-96b0-4b11-821a-2f098e421ea0"],"password":"Viewer-small-1","password_reset_required":false,"created_at":"2026-10-31T15:29:19Z"}');
SELECT pg_catalog.setval('novavms_mock.journal_serial_seq', 1, true);
SELECT pg_catalog.setval('novavms_mock.replicas', 1, true);
ALTER TABLE ONLY novavms_mock.alert_rules
    ADD CONSTRAINT alert_rules_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.buckets
    ADD CONSTRAINT buckets_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.cameras
    ADD CONSTRAINT cameras_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.gateway_turns
    ADD CONSTRAINT gateway_turns_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.gateways
    ADD CONSTRAINT gateways_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.holders
    ADD CONSTRAINT holders_pkey PRIMARY KEY (kind, value, org_id, id);
ALTER TABLE ONLY novavms_mock.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (serial);
ALTER TABLE ONLY novavms_mock.login_attempts
    ADD CONSTRAINT login_attempts_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.orgs
    ADD CONSTRAINT orgs_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.pairing_codes
    ADD CONSTRAINT pairing_codes_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.sockets
    ADD CONSTRAINT sockets_pkey PRIMARY KEY (org_id, gateway_id);
ALTER TABLE ONLY novavms_mock.standing
    ADD CONSTRAINT standing_pkey PRIMARY KEY (name);
ALTER TABLE ONLY novavms_mock.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (org_id);
ALTER TABLE ONLY novavms_mock.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (org_id, id);
ALTER TABLE ONLY novavms_mock.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (org_id, id);
CREATE INDEX alert_rules_org_id_at_id_enabled_idx ON novavms_mock.alert_rules USING btree (org_id, at, id) INCLUDE (enabled);
CREATE INDEX alert_rules_org_id_enabled_at_id_idx ON novavms_mock.alert_rules USING btree (org_id, enabled, at, id);
CREATE INDEX alerts_org_id_at_id_rule_id_camera_id_status_idx ON novavms_mock.alerts USING btree (org_id, at, id) INCLUDE (rule_id, camera_id, status);
CREATE INDEX alerts_org_id_camera_id_at_id_idx ON novavms_mock.alerts USING btree (org_id, camera_id, at, id);
CREATE INDEX alerts_org_id_rule_id_at_id_idx ON novavms_mock.alerts USING btree (org_id, rule_id, at, id);
CREATE INDEX alerts_org_id_status_at_id_idx ON novavms_mock.alerts USING btree (org_id, status, at, id);
CREATE UNIQUE INDEX alerts_tally_org_id_rule_id_camera_id_status_idx ON novavms_mock.alerts_tally USING btree (org_id, rule_id, camera_id, status) NULLS NOT DISTINCT;
CREATE INDEX api_keys_org_id_at_id_user_id_idx ON novavms_mock.api_keys USING btree (org_id, at, id) INCLUDE (user_id);
CREATE INDEX api_keys_org_id_user_id_at_id_idx ON novavms_mock.api_keys USING btree (org_id, user_id, at, id);
CREATE INDEX buckets_org_id_at_id_idx ON novavms_mock.buckets USING btree (org_id, at, id);
CREATE INDEX cameras_org_id_at_id_site_id_gateway_id_status_type_connect_idx ON novavms_mock.cameras USING btree (org_id, at, id) INCLUDE (site_id, gateway_id, status, type, connection_mode, deleted);
CREATE INDEX cameras_org_id_connection_mode_at_id_idx ON novavms_mock.cameras USING btree (org_id, connection_mode, at, id);
CREATE INDEX cameras_org_id_deleted_at_id_idx ON novavms_mock.cameras USING btree (org_id, deleted, at, id);
CREATE INDEX cameras_org_id_due_idx ON novavms_mock.cameras USING btree (org_id, due) WHERE (due IS NOT NULL);
CREATE INDEX cameras_org_id_gateway_id_at_id_idx ON novavms_mock.cameras USING btree (org_id, gateway_id, at, id);
CREATE INDEX cameras_org_id_site_id_at_id_idx ON novavms_mock.cameras USING btree (org_id, site_id, at, id);
CREATE INDEX cameras_org_id_status_at_id_idx ON novavms_mock.cameras USING btree (org_id, status, at, id);
CREATE INDEX cameras_org_id_type_at_id_idx ON novavms_mock.cameras USING btree (org_id, type, at, id);
CREATE INDEX deliveries_org_id_at_id_webhook_id_state_idx ON novavms_mock.deliveries USING btree (org_id, at, id) INCLUDE (webhook_id, state);
CREATE INDEX deliveries_org_id_due_idx ON novavms_mock.deliveries USING btree (org_id, due) WHERE (due IS NOT NULL);
CREATE INDEX deliveries_org_id_state_at_id_idx ON novavms_mock.deliveries USING btree (org_id, state, at, id);
CREATE INDEX deliveries_org_id_webhook_id_at_id_idx ON novavms_mock.deliveries USING btree (org_id, webhook_id, at, id);
CREATE INDEX events_org_id_ai_status_at_id_idx ON novavms_mock.events USING btree (org_id, ai_status, at, id);
CREATE INDEX events_org_id_at_id_camera_id_trigger_type_ai_status_starre_idx ON novavms_mock.events USING btree (org_id, at, id) INCLUDE (camera_id, trigger_type, ai_status, starred, deleted);
CREATE INDEX events_org_id_camera_id_at_id_idx ON novavms_mock.events USING btree (org_id, camera_id, at, id);
CREATE INDEX events_org_id_deleted_at_id_idx ON novavms_mock.events USING btree (org_id, deleted, at, id);
CREATE INDEX events_org_id_starred_at_id_idx ON novavms_mock.events USING btree (org_id, starred, at, id);
CREATE INDEX events_org_id_trigger_type_at_id_idx ON novavms_mock.events USING btree (org_id, trigger_type, at, id);
CREATE UNIQUE INDEX events_tally_org_id_camera_id_trigger_type_ai_status_starre_idx ON novavms_mock.events_tally USING btree (org_id, camera_id, trigger_type, ai_status, starred, deleted) NULLS NOT DISTINCT;
CREATE INDEX gateway_turns_org_id_at_id_idx ON novavms_mock.gateway_turns USING btree (org_id, at, id);
CREATE INDEX gateway_turns_org_id_due_idx ON novavms_mock.gateway_turns USING btree (org_id, due) WHERE (due IS NOT NULL);
CREATE INDEX gateways_org_id_at_id_site_id_idx ON novavms_mock.gateways USING btree (org_id, at, id) INCLUDE (site_id);
CREATE INDEX gateways_org_id_site_id_at_id_idx ON novavms_mock.gateways USING btree (org_id, site_id, at, id);
CREATE INDEX journal_noted_serial_idx ON novavms_mock.journal USING btree (noted, serial);
CREATE INDEX login_attempts_org_id_at_id_idx ON novavms_mock.login_attempts USING btree (org_id, at, id);
CREATE INDEX orgs_org_id_at_id_idx ON novavms_mock.orgs USING btree (org_id, at, id);
CREATE INDEX pairing_codes_org_id_at_id_gateway_id_redeemed_idx ON novavms_mock.pairing_codes USING btree (org_id, at, id) INCLUDE (gateway_id, redeemed);
CREATE INDEX pairing_codes_org_id_gateway_id_at_id_idx ON novavms_mock.pairing_codes USING btree (org_id, gateway_id, at, id);
CREATE INDEX pairing_codes_org_id_redeemed_at_id_idx ON novavms_mock.pairing_codes USING btree (org_id, redeemed, at, id);
CREATE INDEX sessions_org_id_at_id_user_id_idx ON novavms_mock.sessions USING btree (org_id, at, id) INCLUDE (user_id);
CREATE INDEX sessions_org_id_user_id_at_id_idx ON novavms_mock.sessions USING btree (org_id, user_id, at, id);
CREATE INDEX sites_org_id_at_id_idx ON novavms_mock.sites USING btree (org_id, at, id);
CREATE INDEX users_org_id_at_id_email_role_idx ON novavms_mock.users USING btree (org_id, at, id) INCLUDE (email, role);
CREATE INDEX users_org_id_email_at_id_idx ON novavms_mock.users USING btree (org_id, email, at, id);
CREATE INDEX users_org_id_role_at_id_idx ON novavms_mock.users USING btree (org_id, role, at, id);
CREATE INDEX webhooks_org_id_at_id_enabled_idx ON novavms_mock.webhooks USING btree (org_id, at, id) INCLUDE (enabled);
CREATE INDEX webhooks_org_id_enabled_at_id_idx ON novavms_mock.webhooks USING btree (org_id, enabled, at, id);
