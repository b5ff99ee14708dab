/**
 * SQL that changes a database of the benchmark as a day does: 1 % more rows in the three large tables, and updates of
 * the newest rows (1 % of `orders`, 0.3 % of `events`) and of a few customers. Deterministic.
 */
export const CHANGE_SQL = `
INSERT INTO events SELECT id + top, at + interval '1 year', kind, payload || jsonb_build_object('trace', left(md5(id::text), 16)), note
  FROM events, (SELECT max(id) AS top FROM events) n WHERE id <= top / 100;
INSERT INTO orders SELECT id + top, customer_id, product_id, quantity, price, ordered_on + 365, state
  FROM orders, (SELECT max(id) AS top FROM orders) n WHERE id <= top / 100;
INSERT INTO metrics SELECT at + interval '10 years', sensor, reading + 1, level FROM metrics
  WHERE at < (SELECT min(at) + (max(at) - min(at)) / 100 FROM metrics);
UPDATE orders SET state = 'p', quantity = quantity + 1 WHERE id > (SELECT max(id) * 0.99 FROM orders);
UPDATE events SET note = 'handled' WHERE id > (SELECT max(id) * 0.997 FROM events);
UPDATE customers SET profile = profile || '{"seen": true}' WHERE id > (SELECT max(id) * 0.99 FROM customers);`;
