/**
 * SQL that changes a database of the benchmark as a day does: 1 % more rows in the three large tables, and updates of
 * the newest rows (1 % of `orders`, 0.3 % of `events`) and of a few customers, then a vacuum.
 */
export const DAY_SQL = `
INSERT INTO events SELECT id + top, at + interval '1 year', kind, payload || jsonb_build_object('trace', left(md5(id::text), 16)), note
  FROM events, (SELECT max(id) AS top FROM events) n WHERE id <= top / 100;
INSERT INTO orders SELECT id + top, customer_id, product_id, quantity, price, ordered_on + 365, state
  FROM orders, (SELECT max(id) AS top FROM orders) n WHERE id <= top / 100;
INSERT INTO metrics SELECT at + rows * interval '1 min', sensor, reading + 1, level
  FROM metrics, (SELECT count(*) AS rows FROM metrics) n WHERE at < timestamptz '2023-01-01Z' + rows / 10000 * interval '10 s';
UPDATE orders SET state = 'p', quantity = quantity + 1 WHERE id > (SELECT max(id) * 0.99 FROM orders);
UPDATE events SET note = 'handled' WHERE id > (SELECT max(id) * 0.997 FROM events);
UPDATE customers SET profile = profile || '{"seen": true}' WHERE id > (SELECT max(id) * 0.99 FROM customers);
VACUUM ANALYZE;
CHECKPOINT;`;
