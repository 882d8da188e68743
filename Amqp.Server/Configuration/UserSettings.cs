using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings for users: the default users, the users that may connect only over loopback, and the rules for passwords.</summary>
internal static class UserSettings
{
    private const string NoEncrypted = "values encrypted by RabbitMQ's tools cannot be decrypted";

    /// <summary>The settings for users that the broker creates itself.</summary>
    public static IReadOnlyList<Setting> Defaults { get; } =
    [
        Setting.Of("default_user", Name, "guest", "User that is created in a new data directory.",
            (target, value) => target.Options.Access.DefaultAccess.User = value),
        Setting.Of("default_pass", Secret, "guest", "Password of `default_user`.",
            (target, value) => target.Options.Access.DefaultAccess.Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_vhost", Name, "/", "Virtual host that is created in a new data directory.",
            (target, value) => target.Options.Access.DefaultAccess.VirtualHost = value),
        Setting.Of("default_user_tags.$tag", ValueKinds.Boolean, "", "A tag of `default_user`. Default: only `administrator`.",
            (target, value, how) => target.SetDefaultUserTag(how.Name, value)),
        Setting.Of("default_permissions.configure", Pattern, ".*",
            "Names of queues and exchanges that `default_user` may declare and delete in `default_vhost`.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Configure = value),
        Setting.Of("default_permissions.write", Pattern, ".*",
            "Names of exchanges to which `default_user` may publish, and of queues and exchanges that `default_user` may bind to an "
                + "exchange.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Write = value),
        Setting.Of("default_permissions.read", Pattern, ".*",
            "Names of queues from which `default_user` may consume, and of exchanges to which `default_user` may bind queues and "
                + "exchanges.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Read = value),
        Setting.Of("default_users.$name.vhost_pattern", Pattern, ".*",
            "Regular expression for names of virtual hosts. When a virtual host with a matching name is created, the broker creates this "
                + "user, or replaces an existing user of this name.",
            (target, value, how) => target.DefaultUser(how.Name).VirtualHostPattern = value),
        Setting.Of("default_users.$name.password", Secret, "",
            "The user's password. Without this setting, the user cannot log in with a password.",
            (target, value, how) => target.DefaultUser(how.Name).Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_users.$name.tags", Words, "", "The user's tags.",
            (target, value, how) => target.DefaultUser(how.Name).Tags = value),
        Setting.Of("default_users.$name.configure", Pattern, ".*",
            "Names of queues and exchanges that the user may declare and delete in the new virtual host.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Configure = value),
        Setting.Of("default_users.$name.write", Pattern, ".*",
            "Names of exchanges to which the user may publish, and of queues and exchanges that the user may bind to an exchange.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Write = value),
        Setting.Of("default_users.$name.read", Pattern, ".*",
            "Names of queues from which the user may consume, and of exchanges to which the user may bind queues and exchanges.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Read = value),
    ];

    /// <summary>The settings that apply to every user.</summary>
    public static IReadOnlyList<Setting> Rules { get; } =
    [
        Setting.Of("loopback_users", OneOf("none"), "", "`none` lets every user connect from anywhere.",
            (target, _) => target.WithoutLoopbackUsers = true),
        Setting.Of("loopback_users.$user", ValueKinds.Boolean, "",
            "`true` restricts the user to loopback addresses. Default: `true` for `guest`, `false` for other users.",
            (target, value, how) => target.SetLoopbackUser(how.Name, value)),
        Setting.Of("password_hashing_module", OneOf("rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512"),
            "rabbit_password_hashing_sha256", "Hash algorithm for new passwords.",
            (target, value) => target.Options.Access.Passwords.Hashing = value)
        .Refusing(RabbitMqKinds.AnyText, "new passwords are hashed only by SHA-256 or SHA-512"),
        Setting.Of("credential_validator.validation_backend",
            OneOf(PasswordOptions.AcceptEverything, PasswordOptions.MinimumLength, PasswordOptions.RegularExpression),
            PasswordOptions.AcceptEverything, "Validator for new passwords. Passwords in the configuration are not checked.",
            (target, value) => target.Options.Access.Passwords.Validation = value)
        .Refusing(RabbitMqKinds.AnyText, "the validator is not supported, and new passwords would not be checked"),
        Setting.Of("credential_validator.min_length", Integer(0, int.MaxValue), "5",
            "Smallest number of bytes in a password, if the validator is `rabbit_credential_validator_min_password_length`.",
            (target, value) => target.Options.Access.Passwords.MinLength = value),
        Setting.Of("credential_validator.regexp", Pattern, ".*",
            "Regular expression that a password must match, if the validator is `rabbit_credential_validator_password_regexp`.",
            (target, value) => target.Options.Access.Passwords.Pattern = value),
    ];
}
