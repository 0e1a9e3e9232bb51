"""The statements of the members' import: staged rows (`imports_importrow`) against people and memberships.

Parameters: `job`, `today`, `outcome`; `lo` and `hi` bound what the person importing may see.
"""

from fpa.membership.models import MemberKind
from fpa.people.rows import OTHER_NAME

DATA = """jsonb_to_record(s.data) AS d(person uuid, name text, initials text, sex text, birth date, id_cipher text,
    phone_cipher text, phone_index text, kind text, joined_on date, unit_id bigint, path text)"""
MASK = '["******", "******"]'
OUTSIDE = (
    "这个证件号码不能从名册登记。请核对号码；号码无误的，请在“会员入会”页单独办理，平台会联系档案所在的计生协"
)
"""Said of every number whose record stands out of sight, whatever the record says: nothing of it is told."""
TOO_EARLY = "入会日期早于此人上次的退会日期，前后两段会籍不能重叠，请核对入会日期"
RACED = "检查之后此人的会员登记有变动，请重新导入核对"

JUDGE = f"""
    SELECT s.*, v.outcome, v.field,
        CASE WHEN v.outcome <> 'rejected' THEN ''
             WHEN c.is_outside OR m.id IS NULL THEN '{OTHER_NAME}'
             WHEN v.field = 'joined_on' THEN '{TOO_EARLY}'
             ELSE format('此人已是%%s的会员，不能重复登记。如人已迁来，请办理转移', u.name) END AS reason,
        CASE WHEN v.outcome = 'rejected' THEN '{{}}' ELSE c.changes END AS changes
    FROM staged AS s CROSS JOIN LATERAL {DATA}
    LEFT JOIN people_person AS p ON p.id_index = s.key
    LEFT JOIN membership_member AS m ON m.person_id = p.id AND m.left_on IS NULL
    LEFT JOIN access_unit AS u ON u.id = m.unit_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN p.id IS NULL THEN '{{}}'
        WHEN m.id IS NULL THEN jsonb_strip_nulls(jsonb_build_object('joined_on', (
            SELECT jsonb_build_array(d.joined_on, %(today)s::date) FROM membership_member AS old
            WHERE old.person_id = p.id HAVING max(old.left_on) > d.joined_on)))
        ELSE jsonb_strip_nulls(jsonb_build_object(
            'name', CASE WHEN p.name <> d.name THEN jsonb_build_array(p.name, d.name) END,
            'phone', CASE WHEN p.phone_index <> decode(d.phone_index, 'base64') THEN '{MASK}'::jsonb
                WHEN p.phone_index IS NULL AND d.phone_index IS NOT NULL THEN '[null, "******"]'::jsonb END,
            'kind', CASE WHEN m.kind <> d.kind THEN jsonb_build_array(m.kind, d.kind) END,
            'joined_on', CASE WHEN m.joined_on <> d.joined_on THEN jsonb_build_array(m.joined_on, d.joined_on) END
        )) END AS changes,
        p.id IS NOT NULL AND (p.path >= %(lo)s AND p.path < %(hi)s) IS NOT TRUE AS is_outside,
        m.joined_on <> d.joined_on AND EXISTS (SELECT FROM membership_member AS old
            WHERE old.person_id = p.id AND old.left_on > d.joined_on) AS too_early) AS c
    CROSS JOIN LATERAL (SELECT
        CASE WHEN c.is_outside OR (m.id IS NULL AND p.name <> d.name) THEN 'rejected' WHEN m.id IS NULL THEN 'new'
             WHEN m.unit_id <> d.unit_id OR c.too_early THEN 'rejected' WHEN c.changes = '{{}}' THEN 'unchanged'
             ELSE 'changed' END AS outcome,
        CASE WHEN c.is_outside OR m.id IS NULL THEN 'name' WHEN m.unit_id <> d.unit_id THEN 'id'
             ELSE 'joined_on' END AS field) AS v
"""

MARK_RACED = f"""
    UPDATE imports_importrow AS s SET outcome = 'rejected', reason = '{RACED}', changes = '{{}}'
    FROM people_person AS p LEFT JOIN membership_member AS m ON m.person_id = p.id AND m.left_on IS NULL
    WHERE s.job_id = %(job)s AND p.id_index = s.key AND (
        (s.outcome = 'new' AND (m.id IS NOT NULL OR p.name <> s.data ->> 'name'))
        OR (s.outcome = 'changed' AND (m.id IS NULL OR m.unit_id <> (s.data ->> 'unit_id')::bigint))
        OR (s.outcome IN ('new', 'changed') AND EXISTS (SELECT FROM membership_member AS old
            WHERE old.person_id = p.id AND old.left_on > coalesce(
                (s.changes #>> '{{joined_on,1}}')::date, (s.data ->> 'joined_on')::date))))
"""
PEOPLE = f"""
    INSERT INTO people_person (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index,
        phone_cipher, phone_index, created_at)
    SELECT d.person, d.unit_id, d.path, d.name, d.initials, d.sex, d.birth, decode(d.id_cipher, 'base64'), s.key,
        decode(d.phone_cipher, 'base64'), decode(d.phone_index, 'base64'), now()
    FROM imports_importrow AS s CROSS JOIN LATERAL {DATA} WHERE s.job_id = %(job)s AND s.outcome = %(outcome)s
    ORDER BY s.key ON CONFLICT (id_index) DO NOTHING
"""
_KNOWN = """FROM imports_importrow AS s JOIN people_person AS p ON p.id_index = s.key
    WHERE s.job_id = %(job)s AND s.outcome = %(outcome)s"""
MEMBERS = f"""
    INSERT INTO membership_member (person_id, name, initials, unit_id, path, kind, joined_on, left_reason)
    SELECT p.id, p.name, p.initials, (s.data ->> 'unit_id')::bigint, s.data ->> 'path',
        coalesce(s.data ->> 'kind', '{MemberKind.ORDINARY}'),
        coalesce((s.changes #>> '{{joined_on,1}}')::date, (s.data ->> 'joined_on')::date, %(today)s), ''
    {_KNOWN}
    ORDER BY s.data ->> 'path', s.position ON CONFLICT (person_id) WHERE left_on IS NULL DO NOTHING
"""
HELD = f"""
    SELECT p.id, p.unit_id, (s.data ->> 'unit_id')::bigint, s.data ->> 'path', (s.data ->> 'person')::uuid,
        s.data ->> 'phone_cipher', s.data ->> 'phone_index', p.path >= %(lo)s AND p.path < %(hi)s
    {_KNOWN}
    ORDER BY s.key FOR UPDATE OF p
"""
MOVE_PEOPLE = """
    UPDATE people_person AS p SET unit_id = to_.unit_id, path = to_.path
    FROM unnest(%(people)s::uuid[], %(units)s::bigint[], %(paths)s::text[]) AS to_(id, unit_id, path)
    WHERE p.id = to_.id
"""
OLD_PLACES = """
    SELECT m.path, min(m.joined_on) FROM membership_member AS m
    JOIN unnest(%(people)s::uuid[], %(paths)s::text[]) AS to_(id, path) ON m.person_id = to_.id WHERE m.path <> to_.path
    GROUP BY m.path
"""
MOVE_MEMBERS = MOVE_PEOPLE.replace("people_person AS p", "membership_member AS m").replace(
    "p.id =", "m.person_id ="
)
PHONES = """
    UPDATE people_person AS p SET phone_cipher = new.cipher, phone_index = new.index
    FROM unnest(%(people)s::uuid[], %(ciphers)s::bytea[], %(indices)s::bytea[]) AS new(id, cipher, index)
    WHERE p.id = new.id
"""
NAMES = """
    UPDATE people_person AS p SET name = s.data ->> 'name', initials = s.data ->> 'initials'
    FROM imports_importrow AS s WHERE s.job_id = %(job)s AND s.outcome = 'changed' AND s.changes ? 'name'
        AND p.id_index = s.key
"""
NAME_COPIES = """
    UPDATE {table} AS w SET name = s.data ->> 'name', initials = s.data ->> 'initials'
    FROM imports_importrow AS s JOIN people_person AS p ON p.id_index = s.key
    WHERE s.job_id = %(job)s AND s.outcome = 'changed' AND s.changes ? 'name' AND w.person_id = p.id
"""
EDIT_MEMBERS = """
    UPDATE membership_member AS m
    SET kind = coalesce(s.data ->> 'kind', m.kind), joined_on = coalesce((s.data ->> 'joined_on')::date, m.joined_on)
    FROM imports_importrow AS s JOIN people_person AS p ON p.id_index = s.key
    WHERE s.job_id = %(job)s AND s.outcome = 'changed' AND m.person_id = p.id AND m.left_on IS NULL
        AND m.unit_id = (s.data ->> 'unit_id')::bigint
"""
SINCE = """
    SELECT min(least((s.data ->> 'joined_on')::date, (s.changes #>> '{joined_on,0}')::date, %(today)s::date))
    FROM imports_importrow AS s WHERE s.job_id = %(job)s AND s.outcome IN ('new', 'changed')
"""
