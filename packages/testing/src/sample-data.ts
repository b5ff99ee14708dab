/** Rows of one table per MB of the whole, and the statement that makes them; `$n` stands for the number of rows. */
interface Load {
  readonly rowsPerMb: number;
  readonly sql: string;
}

/** Sentences of random words: text that compresses as prose does, made once and then joined by number. */
export const SAMPLE_WORDS = `
SELECT setseed(0.25);
CREATE UNLOGGED TABLE public.sample_words AS SELECT id, (string_to_array(
 'a able about above account across act add after again age ago agree air all almost alone along already also always am among amount an and animal answer any appear apple are area arm army around arrive art as ask at away baby back bad bag ball bank base basket bath be bean bear beautiful bed bedroom beer behave before begin bell below besides best better between big bird birth birthday bit bite black bleed block blood blow blue board boat body bone book border born borrow both bottle bottom bowl box boy branch brave bread break breakfast breathe bridge bright bring brother brown brush build burn business bus busy but buy by cake call can candle cap car card care careful careless carry case castle cat catch central century certain chair chance change chase cheap cheese chicken child chocolate choice choose circle city class clever clean clear climb clock cloth clothes cloud cloudy close coffee coat coin cold collect colour comb comfortable common compare come complete computer condition contain continue control cook cool copper corn corner correct cost count country course cover crash cross cry cup cut dance danger dark daughter day dead decide decrease deep deer depend desk destroy develop die different difficult dinner direction dirty discover dish do dog door double down draw dream dress drink drive drop dry duck dust duty each ear early earn earth east easy eat education effect egg eight either electric elephant else empty end enemy enjoy enough enter entrance equal escape even evening event ever every exact examination example except excited exercise expect expensive explain extremely eye face fact fail fall false family famous far farm fast fat father fault fear feed feel female fever few fight fill film find fine finger finish fire first fish fit five fix flag flat float floor flour flower fly fold food fool foot football for force foreign forest forget forgive fork form four fox free freedom freeze fresh friend friendly from front fruit full fun funny furniture further future game garden gate general gentle get gift give glad glass go goat god gold good goodbye grandfather grass great green grey ground group grow gun hair half hall hammer hand happen happy hard hat hate have he head healthy hear heavy heart heaven height hello help hen her here hers hide high hill him his hit hobby hold hole holiday home hope horse hospital hot hotel hour house how hundred hungry hurry hurt husband', ' '))[1 + mod(id, 480)] AS word
 FROM generate_series(0, 479) id;
CREATE UNLOGGED TABLE public.sample_text AS
 SELECT g AS id, string_agg(word, ' ') || '. ' AS text FROM (
   SELECT s.g, w.word FROM (SELECT k / 14 AS g, (random() * random() * 479)::int AS pick FROM generate_series(0, 14 * 20000 - 1) k) s
   JOIN public.sample_words w ON w.id = s.pick) words GROUP BY g;
ANALYZE public.sample_text;
`;

export const SAMPLE_WORDS_END = 'DROP TABLE public.sample_words, public.sample_text;';

/** Two lists for two sessions, of about the same work. */
export const SAMPLE_LOADS: readonly (readonly Load[])[] = [
  [
    {
      rowsPerMb: 150,
      sql: `INSERT INTO catalog.products (sku, name, category, price, tags, description, discontinued)
 SELECT 'SKU-' || lpad(g::text, 8, '0'), left(t.text, 30), (enum_range(NULL::catalog.category))[1 + g % 7],
   round((random() * 900)::numeric, 2), ARRAY['t' || g % 13, 'größe ' || g % 5, CASE WHEN g % 9 = 0 THEN NULL ELSE 'new' END],
   t.text || u.text || v.text, g % 17 = 0
 FROM generate_series(1, $n) g
 JOIN public.sample_text t ON t.id = g * 7 % 20000 JOIN public.sample_text u ON u.id = g * 3 % 20000 JOIN public.sample_text v ON v.id = g * 11 % 20000;`,
    },
    {
      rowsPerMb: 3000,
      sql: `INSERT INTO sales.order_items (order_id, ordered_on, line, product_id, quantity, price)
 SELECT g / 3, date '2022-01-01' + (g / 3 * 7919 % 1400)::int, g % 3, 1 + (random() * (greatest($n / 20, 2) - 2))::int, 1 + (random() * 5)::int, round((random() * 900)::numeric, 2)
 FROM generate_series(3::bigint, $n + 2) g;`,
    },
    {
      rowsPerMb: 18,
      sql: `INSERT INTO catalog.images (product_id, taken_at, thumbnail)
 SELECT 1 + g % greatest($n * 8, 1), timestamptz '2024-05-05 05:05:05Z' + g * interval '61 s',
   decode('ffd8ffe000104a46494600010100000100010000' || repeat(md5(random()::text) || md5(random()::text), 6) || string_agg(md5(random()::text), ''), 'hex')
 FROM generate_series(1, $n) g, generate_series(1, 50) part GROUP BY g;`,
    },
    {
      rowsPerMb: 6,
      sql: `INSERT INTO hr.employees SELECT g, initcap(left(t.text, 20)), CASE WHEN g > 9 THEN g / 9 END, round((random() * 9000)::numeric, 2),
   ROW('Street ' || g % 97, lpad((g % 9999)::text, 5, '0'), 'City ' || g % 31)::hr.address, daterange(date '2000-01-01' + g % 5000, NULL), ARRAY['a', NULL, 'c"d']
 FROM generate_series(1, $n) g JOIN public.sample_text t ON t.id = g % 20000;`,
    },
    {
      rowsPerMb: 1,
      sql: String.raw`INSERT INTO hr.documents SELECT g, 1 + g % greatest($n, 1), 'contract ' || g,
   lo_from_bytea(0, convert_to(string_agg(t.text || md5(t.text || g), E'\n' ORDER BY t.id), 'UTF8'))
 FROM generate_series(1, $n) g JOIN public.sample_text t ON t.id BETWEEN g * 53 % 19000 AND g * 53 % 19000 + 400 GROUP BY g;
 DO $$ DECLARE one oid; BEGIN
   FOR one IN SELECT content FROM hr.documents ORDER BY id LIMIT 5 LOOP EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', one, 'signed'); END LOOP;
 END $$;`,
    },
  ],
  [
    {
      rowsPerMb: 300,
      sql: `INSERT INTO sales.customers (code, name, email, born, credit, profile, note)
 SELECT md5(g::text || 'customer')::uuid, initcap(left(t.text, 18)), 'customer' || g || '@example.com', date '1950-01-01' + (random() * 20000)::int,
   round((random() * 5000)::numeric, 2), jsonb_build_object('city', 'City ' || g % 300, 'newsletter', g % 3 = 0, 'points', (random() * 10000)::int,
     'address', jsonb_build_object('street', u.text, 'number', g % 200)), CASE WHEN g % 4 > 0 THEN t.text END
 FROM generate_series(1, $n) g JOIN public.sample_text t ON t.id = g * 7 % 20000 JOIN public.sample_text u ON u.id = g * 13 % 20000;`,
    },
    {
      rowsPerMb: 1000,
      sql: `INSERT INTO sales.orders
 SELECT g, 1 + (random() * (greatest($n * 3 / 10, 1) - 1))::int, date '2022-01-01' + (g * 7919 % 1400)::int, nextval('sales.invoice_number'),
   CASE g % 5 WHEN 0 THEN 'open' ELSE 'delivered' END, md5(g::text), jsonb_build_object('carrier', 'carrier ' || g % 7, 'weight', round((random() * 30)::numeric, 3)),
   CASE WHEN g % 4 > 0 THEN t.text END
 FROM generate_series(1::bigint, $n + 1) g JOIN public.sample_text t ON t.id = g * 3 % 20000;`,
    },
    {
      rowsPerMb: 1500,
      sql: `INSERT INTO logs.events (at, kind, payload)
 SELECT timestamptz '2024-01-01 00:00:00Z' + g * interval '7.3 s', 'kind ' || g % 11,
   jsonb_build_object('path', '/shop/' || g % 997, 'ms', (random() * 900)::int, 'agent', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/' || 90 + g % 40 || '.0',
     'trace', left(md5(g::text || 'e'), 16), 'address', '10.' || g % 200 || '.' || (random() * 255)::int || '.' || (random() * 255)::int, 'query', t.text)
 FROM generate_series(1, $n) g JOIN public.sample_text t ON t.id = g * 17 % 20000;`,
    },
    {
      rowsPerMb: 5,
      sql: String.raw`INSERT INTO logs.sessions SELECT md5(g::text), now(), '10.0.0.1'::inet + g FROM generate_series(1, $n) g;
 INSERT INTO logs.changes SELECT timestamptz '2024-01-01 00:00:00Z' + g * interval '1 h', E'tab\there \\. and\nthere', NULL, '{"a": null}' FROM generate_series(1, $n) g;`,
    },
  ],
];

/** The statements of one session for a database of about `megabytes`. */
export function sampleLoad(loads: readonly Load[], megabytes: number): string {
  const statements = loads.map(({ rowsPerMb, sql }) => sql.replaceAll('$n', String(Math.ceil(rowsPerMb * megabytes))));
  return ['SELECT setseed(0.5);', 'SET synchronous_commit = off;', ...statements].join('\n');
}
