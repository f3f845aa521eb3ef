-- A reduction takes back what its award gave: it counts against the line, the pilot and the year's line.
CREATE VIEW line_recount AS
SELECT l.tenant_code, l.id AS line_id, a.pilot_id,
  (SELECT coalesce(sum(e.amount), 0) FROM entry e
    WHERE e.tenant_code = l.tenant_code AND e.document_id = l.award_id AND e.line_id = l.id
      AND e.from_stage = 'fund_line')
  - (SELECT coalesce(sum(e.amount), 0) FROM document d JOIN entry e ON e.tenant_code = d.tenant_code AND e.document_id = d.id
    WHERE d.tenant_code = l.tenant_code AND d.line_id = l.id AND d.kind = 'reduction' AND e.to_stage = 'fund_line') AS awarded,
  (SELECT coalesce(sum(CASE WHEN e.from_stage = 'awarded' THEN e.amount ELSE -e.amount END), 0)
    FROM document d JOIN entry e ON e.tenant_code = d.tenant_code AND e.allocation_id = d.id
    WHERE d.tenant_code = l.tenant_code AND d.line_id = l.id AND d.kind = 'allocation'
      AND ((e.from_stage = 'awarded' AND e.to_stage = 'allocated') OR (e.from_stage = 'allocated' AND e.to_stage = 'awarded'))) AS allocated
FROM award_line l JOIN document a ON a.tenant_code = l.tenant_code AND a.id = l.award_id
--;;
CREATE VIEW pilot_recount AS
SELECT p.tenant_code, p.id AS pilot_id,
  (SELECT CASE p.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END FROM policy_version v
    WHERE v.id = coalesce((SELECT max(a.policy_version_id) FROM document a WHERE a.tenant_code = p.tenant_code
      AND a.pilot_id = p.id AND a.kind = 'award' AND a.status = 'posted'), p.policy_version_id)) AS cap,
  (SELECT coalesce(sum(CASE WHEN e.from_stage = 'fund_line' THEN e.amount ELSE -e.amount END), 0)
    FROM entry e JOIN document a ON a.tenant_code = e.tenant_code AND a.id = e.document_id
    WHERE e.tenant_code = p.tenant_code AND a.pilot_id = p.id AND a.kind IN ('award', 'reduction')
      AND 'fund_line' IN (e.from_stage, e.to_stage)) AS awarded
FROM pilot p
--;;
CREATE VIEW fund_line_recount AS
SELECT f.fiscal_year,
  (SELECT coalesce(sum(e.amount), 0) FROM entry e WHERE e.fiscal_year = f.fiscal_year AND e.to_stage = 'awarded'
      AND e.from_stage = 'fund_line')
  - (SELECT coalesce(sum(e.amount), 0) FROM entry e WHERE e.fiscal_year = f.fiscal_year AND e.to_stage = 'fund_line') AS awarded
FROM fund_line f
