import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.triggers.schedule

// An example: a nightly backup that is proven, a watch over its age, a restore with questions, and a deployment that
// begins with a backup. The recipe is teamcity-meta-runner/PostgresBackuper.xml of the repository of postgres-backuper:
// upload it to the project, or put a copy into .teamcity/pluginData/_Self/metaRunners of your own repository.

version = "2025.11"

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
        password("backuper.privateKey", "credentialsJSON:00000000-0000-0000-0000-000000000004")
        password("backuper.passphrase", "credentialsJSON:00000000-0000-0000-0000-000000000005")
    }
    buildType(Backup)
    buildType(Watch)
    buildType(Restore)
    buildType(Deploy)
}

/** A step of the recipe. Its fields are environment variables; one that is left out leaves the build's variables their say. */
class Backuper(command: String, vararg fields: Pair<String, String>) : BuildStep() {
    init {
        name = "postgres-backuper $command"
        type = "PostgresBackuper"
        param("env.POSTGRES_BACKUPER_COMMAND", command)
        param("env.BACKUP_INPUT_HOST", "%backuper.host%")
        param("env.BACKUP_INPUT_DBNAME", "%backuper.dbname%")
        param("env.BACKUP_INPUT_USER", "%backuper.user%")
        param("env.BACKUP_INPUT_PASSWORD", "%backuper.password%")
        param("env.BACKUP_INPUT_REPOSITORY", "%backuper.repository%")
        param("env.BACKUP_INPUT_S3_ENDPOINT", "%backuper.endpoint%")
        param("env.BACKUP_INPUT_S3_ACCESS_KEY", "%backuper.accessKey%")
        param("env.BACKUP_INPUT_S3_SECRET_KEY", "%backuper.secretKey%")
        param("env.BACKUP_INPUT_PUBLIC_KEY", "%backuper.publicKey%")
        for ((field, value) in fields) param(field, value)
    }
}

/** What a step needs to read backups. In an object: those of a script may not use its own values and functions. */
object Keys {
    val READING = arrayOf(
        "env.BACKUP_INPUT_PRIVATE_KEY" to "%backuper.privateKey%",
        "env.BACKUP_INPUT_PRIVATE_KEY_PASSPHRASE" to "%backuper.passphrase%",
    )
}

object Backup : BuildType({
    name = "Back up"
    maxRunningBuilds = 1
    steps {
        step(Backuper("backup"))
        step(Backuper("verify", "env.BACKUP_INPUT_LEVEL" to "content", *Keys.READING))
    }
    triggers {
        schedule {
            schedulingPolicy = cron {
                hours = "0"
                minutes = "0"
                timezone = "UTC"
            }
            triggerBuild = always()
            // without this there is no backup in a night without commits
            withPendingChangesOnly = false
        }
    }
})

object Watch : BuildType({
    name = "Is there a backup?"
    steps {
        step(Backuper("status", "env.BACKUP_INPUT_MAX_AGE" to "26h"))
    }
    triggers {
        schedule {
            schedulingPolicy = cron {
                hours = "8"
                minutes = "0"
                timezone = "UTC"
            }
            triggerBuild = always()
            withPendingChangesOnly = false
        }
    }
})

object Restore : BuildType({
    name = "Restore"
    type = BuildTypeSettings.Type.DEPLOYMENT
    maxRunningBuilds = 1
    params {
        text("backuper.label", "latest", label = "Backup", description = "A label, or latest", display = ParameterDisplay.PROMPT)
        text("backuper.into", "", label = "New database", display = ParameterDisplay.PROMPT, allowEmpty = false)
    }
    steps {
        step(
            Backuper(
                "restore",
                "env.POSTGRES_BACKUPER_INPUT_TARGET" to "%backuper.label%",
                "env.BACKUP_INPUT_INTO" to "%backuper.into%",
                *Keys.READING,
            ),
        )
    }
})

object Deploy : BuildType({
    name = "Deploy"
    type = BuildTypeSettings.Type.DEPLOYMENT
    dependencies {
        snapshot(Backup) {
            // a backup of this deployment, not the one of last night; and no deployment without it
            reuseBuilds = ReuseBuilds.NO
            onDependencyFailure = FailureAction.FAIL_TO_START
        }
    }
    params {
        // to go back: restore this label
        param("rollback.label", "%dep.${Backup.id}.postgresBackuper.label%")
    }
})
