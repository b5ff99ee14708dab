/**
 * A server refuses a session in its own language (lc_messages), and client programs do not print the SQLSTATE. Each row
 * has the English text, without names, and its translations in PostgreSQL's packages: German, Spanish, French, Italian,
 * Japanese, Georgian, Korean, Russian, Swedish, Ukrainian, Chinese. Temporary refusals are not listed: after an
 * unknown message the run tries again.
 */
const REFUSALS: readonly (readonly [string, RegExp])[] = [
  [
    'database "" does not exist',
    anyOf(
      ...[
        'Datenbank ».*« existiert nicht',
        'no existe la base de datos «.*»',
        "la base de données « .* » n'existe pas",
      ],
      ...['il database ".*" non esiste', 'データベース".*"は存在しません', 'მონაცემთა ბაზა ".*" არ არსებობს'],
      ...['".*" 데이터베이스 없음', 'база данных ".*" не существует', 'databasen ".*" existerar inte'],
      ...['бази даних ".*" не існує', '数据库 ?["“].*["”] ?不存在'],
    ),
  ],
  [
    'role "" does not exist',
    anyOf(
      ...['Rolle ».*« existiert nicht', 'no existe el rol «.*»', "le rôle « .* » n'existe pas"],
      ...['il ruolo ".*" non esiste', 'ロール".*"は存在しません', 'როლი არ არსებობს: ".*"', '".*" 롤\\(role\\) 없음'],
      ...['роль ".*" не существует', 'rollen ".*" finns inte', 'роль ".*" не існує', '角色 ?["“].*["”] ?不存在'],
    ),
  ],
  [
    'role "" is not permitted to log in',
    anyOf(
      ...['Rolle ».*« hat keine Berechtigung zum Einloggen', 'al rol «.*» no se le permite conectarse'],
      ...["le rôle « .* » n'est pas autorisé à se connecter", 'al ruolo ".*" non è consentito effettuare il login'],
      ...['ロール".*"はログインが許可されません', 'როლს შესვლის უფლება არ აქვს: ', '".*" 롤은 접속을 허용하지 않음'],
      ...['для роли ".*" вход запрещён', 'roll ".*" tillåts inte logga in', 'для ролі ".*" вхід не дозволений'],
      '不允许角色 ?["“].*["”] ?进行登录',
    ),
  ],
  [
    'password authentication failed for user ""',
    anyOf(
      ...['Passwort-Authentifizierung für Benutzer ».*« fehlgeschlagen'],
      ...[
        'la autentificación password falló para el usuario «',
        "authentification par mot de passe échouée pour l'util",
      ],
      ...['autenticazione con password fallita per', 'ユーザー".*"のパスワード認証に失敗しました'],
      ...['პაროლით ავთენტიფიკაცია მომხმარებლისთვის ".*" ვერ მოხერხდა', '사용자 ".*"의 password 인증을 실패'],
      ...[
        'пользователь ".*" не прошёл проверку подлинности \\(по паролю\\)',
        'Lösenordsautentisering misslyckades för',
      ],
      ...['користувач ".*" не пройшов автентифікацію за допомогою пароля', '用户 ?["“].*["”] ?Password ?认证失败'],
    ),
  ],
  [
    'authentication failed',
    anyOf(
      ...['-Authentifizierung für Benutzer ».*« fehlgeschlagen', 'la autentificación \\S+ falló para el usuario «'],
      ...[
        "authentification \\S+ échouée pour l'utilisateur",
        'Autenticazione \\S+ fallita per',
        'ユーザー".*"で.*認証に失敗',
      ],
      ...['ავთენტიფიკაცია მომხმარებლისთვის ".*" ვერ მოხერხდა', '사용자 ".*"의 \\S+ 인증을 실패'],
      ...['пользователь ".*" не прошёл проверку подлинности', '-autentisering misslyckades för'],
      ...['ористувач ".*" не пройшов автентифікацію', '对用户 ?["“].*["”] ?的.*认证失败'],
    ),
  ],
  [
    'database "" is not currently accepting connections',
    anyOf(
      ...['Datenbank ».*« akzeptiert gegenwärtig keine Verbindungen', 'la base de datos «.*» no acepta conexiones'],
      ...[
        "la base de données « .* » n'accepte plus les connexions",
        'il database ".*" attualmente non accetta connessioni',
      ],
      ...['現在データベース".*"は接続を受け付けません', 'ბაზა ".*" ამჟამად მიერთებებს არ იღებს'],
      ...['".*" 데이터베이스는 현재 접속을 허용하지 않습니다', 'база ".*" не принимает подключения в данный момент'],
      ...['databasen ".*" tar för närvarande inte emot', 'база даних ".*" не приймає підключення в даний момент'],
      '数据库 ?["“].*["”] ?当前不接受联接',
    ),
  ],
  [
    'permission denied for database ""',
    anyOf(
      ...[
        'keine Berechtigung für Datenbank »',
        'permiso denegado a la base de datos «',
        'droit refusé pour la base de données «',
      ],
      ...[
        'permesso negato per il database "',
        'データベース".*"へのアクセスが拒否されました',
        'წვდომა აკრძალულია ბაზაზე: "',
      ],
      ...['".*" 데이터베이스 액세스 권한 없음', 'доступ к базе ".*" запрещён', 'rättighet saknas för databas "'],
      ...['доступ до бази даних ".*" відхилений', '访问数据库 ?["“].*["”] ?的权限不够'],
    ),
  ],
];

/** The English text of the refusal, without names; undefined if it is not listed. */
export function refusalInEnglish(line: string): string | undefined {
  return REFUSALS.find(([, translated]) => translated.test(line))?.[0];
}

function anyOf(...texts: readonly string[]): RegExp {
  return new RegExp(texts.join('|'));
}
