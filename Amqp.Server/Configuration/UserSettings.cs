using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Users: those that a new data directory or virtual host begins with, from where they may come, and their passwords.</summary>
internal static class UserSettings
{
    private const string NoEncrypted = "values that RabbitMQ's tools encrypted cannot be read here";

    /// <summary>Users that the broker makes by itself.</summary>
    public static IReadOnlyList<Setting> Defaults { get; } =
    [
        Setting.Of("default_user", Name, "guest", "User made when the data directory is new.",
            (target, value) => target.Options.Access.DefaultAccess.User = value),
        Setting.Of("default_pass", Secret, "guest", "That user's password.",
            (target, value) => target.Options.Access.DefaultAccess.Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_vhost", Name, "/", "Virtual host made when the data directory is new.",
            (target, value) => target.Options.Access.DefaultAccess.VirtualHost = value),
        Setting.Of("default_user_tags.$tag", ValueKinds.Boolean, "", "A tag of that user; `administrator` alone unless any is given.",
            (target, value, how) => target.SetDefaultUserTag(how.Name, value)),
        Setting.Of("default_permissions.configure", Pattern, ".*", "Queues and exchanges that the user may declare and delete in the virtual host.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Configure = value),
        Setting.Of("default_permissions.write", Pattern, ".*", "Those to which the user may publish or bind.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Write = value),
        Setting.Of("default_permissions.read", Pattern, ".*", "Those from which the user may consume or bind.",
            (target, value) => target.Options.Access.DefaultAccess.Permissions.Read = value),
        Setting.Of("default_users.$name.vhost_pattern", Pattern, ".*", "This user is made, or made anew, with every new virtual host whose name matches.",
            (target, value, how) => target.DefaultUser(how.Name).VirtualHostPattern = value),
        Setting.Of("default_users.$name.password", Secret, "", "The user's password; without one nobody logs in with a password.",
            (target, value, how) => target.DefaultUser(how.Name).Password = value, isSecret: true)
        .Refusing(Encrypted, NoEncrypted),
        Setting.Of("default_users.$name.tags", Words, "", "The user's tags.",
            (target, value, how) => target.DefaultUser(how.Name).Tags = value),
        Setting.Of("default_users.$name.configure", Pattern, ".*", "What the user may declare and delete in that virtual host.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Configure = value),
        Setting.Of("default_users.$name.write", Pattern, ".*", "To what the user may publish or bind.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Write = value),
        Setting.Of("default_users.$name.read", Pattern, ".*", "From what the user may consume or bind.",
            (target, value, how) => target.DefaultUser(how.Name).Permissions.Read = value),
    ];

    /// <summary>What holds for all users.</summary>
    public static IReadOnlyList<Setting> Rules { get; } =
    [
        Setting.Of("loopback_users", OneOf("none"), "", "`none` lets every user connect from anywhere.",
            (target, _) => target.WithoutLoopbackUsers = true),
        Setting.Of("loopback_users.$user", ValueKinds.Boolean, "", "Whether this user may connect over a loopback address only: true for guest, false for all others.",
            (target, value, how) => target.SetLoopbackUser(how.Name, value)),
        Setting.Of("password_hashing_module", OneOf("rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512"), "rabbit_password_hashing_sha256", "How new passwords are hashed.",
            (target, value) => target.Options.Access.Passwords.Hashing = value)
        .Refusing(RabbitMqKinds.AnyText, "new passwords are hashed by SHA-256 or SHA-512 only"),
        Setting.Of("credential_validator.validation_backend", OneOf(PasswordOptions.AcceptEverything, PasswordOptions.MinimumLength, PasswordOptions.RegularExpression), PasswordOptions.AcceptEverything, "What new passwords must be like, those of this file excepted.",
            (target, value) => target.Options.Access.Passwords.Validation = value)
        .Refusing(RabbitMqKinds.AnyText, "new passwords are not checked by anything else"),
        Setting.Of("credential_validator.min_length", Integer(0, int.MaxValue), "5", "The least number of bytes, for `rabbit_credential_validator_min_password_length`.",
            (target, value) => target.Options.Access.Passwords.MinLength = value),
        Setting.Of("credential_validator.regexp", Pattern, ".*", "What must be found in a password, for `rabbit_credential_validator_password_regexp`.",
            (target, value) => target.Options.Access.Passwords.Pattern = value),
    ];
}
