import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildSteps.script
import jetbrains.buildServer.configs.kotlin.matrix
import jetbrains.buildServer.configs.kotlin.triggers.schedule

// One very large database: one build holds the snapshot, four more read it at the same time, one backup comes out.
// For .teamcity/settings.kts of your project, beside its own parts. The recipe is PostgresBackuper.xml.

project {
    params {
        param("backuper.host", "db.example.com")
        param("backuper.dbname", "shop")
        param("backuper.user", "backup")
        param("backuper.repository", "s3://backups/postgres")
        param("backuper.endpoint", "https://minio.example.com")
        // the public key file in Base64, on one line: base64 -w0 backup-public.asc
        param("backuper.publicKey", "<Base64 of backup-public.asc>")
        // tokens made by the action "Generate token for a secure value" of the project
        password("backuper.password", "credentialsJSON:00000000-0000-0000-0000-000000000001")
        password("backuper.accessKey", "credentialsJSON:00000000-0000-0000-0000-000000000002")
        password("backuper.secretKey", "credentialsJSON:00000000-0000-0000-0000-000000000003")
        // the text of backup-dedup-secret.txt: all builds need it to read the plan
        password("backuper.dedupSecret", "credentialsJSON:00000000-0000-0000-0000-000000000004")
    }
    buildType(PartsLabel)
    buildType(PartsHolder)
    buildType(PartsWorker)
    buildType(BackupInParts)
}

/** A step of the recipe, the same for all builds but for `fields`. */
class PartsStep(vararg fields: Pair<String, String>) : BuildStep() {
    init {
        name = "postgres-backuper backup"
        type = "PostgresBackuper"
        param("env.POSTGRES_BACKUPER_COMMAND", "backup")
        param("env.BACKUP_INPUT_HOST", "%backuper.host%")
        param("env.BACKUP_INPUT_DBNAME", "%backuper.dbname%")
        param("env.BACKUP_INPUT_USER", "%backuper.user%")
        param("env.BACKUP_INPUT_PASSWORD", "%backuper.password%")
        param("env.BACKUP_INPUT_REPOSITORY", "%backuper.repository%")
        param("env.BACKUP_INPUT_S3_ENDPOINT", "%backuper.endpoint%")
        param("env.BACKUP_INPUT_S3_ACCESS_KEY", "%backuper.accessKey%")
        param("env.BACKUP_INPUT_S3_SECRET_KEY", "%backuper.secretKey%")
        param("env.BACKUP_INPUT_PUBLIC_KEY", "%backuper.publicKey%")
        param("env.BACKUP_INPUT_DEDUP_SECRET", "%backuper.dedupSecret%")
        param("env.BACKUP_INPUT_LABEL", "%dep.${PartsLabel.id}.backup.label%")
        for ((field, value) in fields) param(field, value)
    }
}

/** A label is one snapshot: to try again, run the whole chain again. */
object PartsLabel : BuildType({
    name = "Label"
    params {
        param("backup.label", "")
    }
    steps {
        script {
            scriptContent = """
                echo "##teamcity[setParameter name='backup.label' value='backup_$(date -u +%%Y%%m%%d_%%H%%M%%S)_$(openssl rand -hex 3)']"
            """.trimIndent()
        }
    }
})

object PartsHolder : BuildType({
    name = "Holds the snapshot"
    dependencies {
        snapshot(PartsLabel) { reuseBuilds = ReuseBuilds.NO }
    }
    steps {
        // four for the builds below, one for this build, which also reads what nobody else does
        step(PartsStep("env.BACKUP_INPUT_PARTS" to "5"))
    }
})

object PartsWorker : BuildType({
    name = "Reads a part"
    dependencies {
        snapshot(PartsLabel) { reuseBuilds = ReuseBuilds.NO }
    }
    features {
        matrix {
            param("backup.part", listOf(value("1/5"), value("2/5"), value("3/5"), value("4/5")))
        }
    }
    params {
        param("backup.part", "")
    }
    steps {
        step(PartsStep("env.BACKUP_INPUT_PART" to "%backup.part%"))
    }
})

object BackupInParts : BuildType({
    name = "Backup in parts"
    type = BuildTypeSettings.Type.COMPOSITE
    maxRunningBuilds = 1
    dependencies {
        snapshot(PartsHolder) { reuseBuilds = ReuseBuilds.NO }
        snapshot(PartsWorker) { reuseBuilds = ReuseBuilds.NO }
    }
    triggers {
        schedule {
            schedulingPolicy = cron {
                hours = "0"
                minutes = "0"
                timezone = "UTC"
            }
            triggerBuild = always()
            withPendingChangesOnly = false
        }
    }
})
