import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.matrix

// One very large database, brought back into a new one: one build makes it, four more load its large tables at the same time.
// For .teamcity/settings.kts of your project, beside its own parts. The recipe is PostgresBackuper.xml.

project {
    params {
        param("backuper.host", "db.example.com")
        param("backuper.dbname", "shop")
        param("backuper.user", "postgres")
        param("backuper.repository", "s3://backups/postgres")
        param("backuper.endpoint", "https://minio.example.com")
        // tokens made by the action "Generate token for a secure value" of the project
        password("backuper.password", "credentialsJSON:00000000-0000-0000-0000-000000000001")
        password("backuper.accessKey", "credentialsJSON:00000000-0000-0000-0000-000000000002")
        password("backuper.secretKey", "credentialsJSON:00000000-0000-0000-0000-000000000003")
        // the private key file in Base64, on one line, and its passphrase: all builds read the backup
        password("backuper.privateKey", "credentialsJSON:00000000-0000-0000-0000-000000000004")
        password("backuper.passphrase", "credentialsJSON:00000000-0000-0000-0000-000000000005")
    }
    buildType(RestoreHolder)
    buildType(RestoreWorker)
    buildType(RestoreInParts)
}

/** A step of the recipe, the same for all builds but for `fields`. */
class RestorePartsStep(vararg fields: Pair<String, String>) : BuildStep() {
    init {
        name = "postgres-backuper restore"
        type = "PostgresBackuper"
        param("env.POSTGRES_BACKUPER_COMMAND", "restore")
        param("env.BACKUP_INPUT_HOST", "%backuper.host%")
        param("env.BACKUP_INPUT_DBNAME", "%backuper.dbname%")
        param("env.BACKUP_INPUT_USER", "%backuper.user%")
        param("env.BACKUP_INPUT_PASSWORD", "%backuper.password%")
        param("env.BACKUP_INPUT_REPOSITORY", "%backuper.repository%")
        param("env.BACKUP_INPUT_S3_ENDPOINT", "%backuper.endpoint%")
        param("env.BACKUP_INPUT_S3_ACCESS_KEY", "%backuper.accessKey%")
        param("env.BACKUP_INPUT_S3_SECRET_KEY", "%backuper.secretKey%")
        param("env.BACKUP_INPUT_PRIVATE_KEY", "%backuper.privateKey%")
        param("env.BACKUP_INPUT_PRIVATE_KEY_PASSPHRASE", "%backuper.passphrase%")
        param("env.POSTGRES_BACKUPER_INPUT_TARGET", "%restore.label%")
        param("env.BACKUP_INPUT_INTO", "%restore.into%")
        for ((field, value) in fields) param(field, value)
    }
}

object RestoreHolder : BuildType({
    name = "Makes the database"
    params {
        param("restore.label", "")
        param("restore.into", "")
        param("restore.resume", "")
    }
    steps {
        // four for the builds below, one for this build, which also loads what nobody else does
        step(RestorePartsStep("env.BACKUP_INPUT_PARTS" to "5", "env.BACKUP_INPUT_RESUME" to "%restore.resume%"))
    }
})

object RestoreWorker : BuildType({
    name = "Loads large tables"
    params {
        param("restore.label", "")
        param("restore.into", "")
        param("backup.part", "")
    }
    features {
        matrix {
            param("backup.part", listOf(value("1/5"), value("2/5"), value("3/5"), value("4/5")))
        }
    }
    steps {
        step(RestorePartsStep("env.BACKUP_INPUT_PART" to "%backup.part%"))
    }
})

/** The build to run: it asks, and gives the answers to all others. */
object RestoreInParts : BuildType({
    name = "Restore in parts"
    type = BuildTypeSettings.Type.COMPOSITE
    maxRunningBuilds = 1
    params {
        text("reverse.dep.*.restore.label", "", label = "Backup", description = "Its label", display = ParameterDisplay.PROMPT, allowEmpty = false)
        text("reverse.dep.*.restore.into", "", label = "New database", display = ParameterDisplay.PROMPT, allowEmpty = false)
        checkbox("reverse.dep.*.restore.resume", "", label = "Continue a restore whose first build ended in its midst", display = ParameterDisplay.PROMPT, checked = "true", unchecked = "")
    }
    dependencies {
        snapshot(RestoreHolder) { reuseBuilds = ReuseBuilds.NO }
        snapshot(RestoreWorker) { reuseBuilds = ReuseBuilds.NO }
    }
})
