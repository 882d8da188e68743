using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>What is imported at the start.</summary>
internal static class DefinitionSettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("load_definitions", Text, "", "A file of definitions, or a folder of files that end in `.json`, to be imported at every start. Beside definitions neither the default user nor the default virtual host is made.",
            (target, value) => target.ImportDefinitions("load_definitions", value)),
        Setting.Of("definitions.import_backend", OneOf("local_filesystem"), "local_filesystem", "Where the definitions of `definitions.local.path` are.",
            (_, _) => { })
        .Refusing(RabbitMqKinds.AnyText, "definitions are imported from files only"),
        Setting.Of("definitions.local.path", Text, "", "The same as `load_definitions`.",
            (target, value) => target.ImportDefinitions("definitions.local.path", value)),
        Setting.Of("definitions.skip_if_unchanged", ValueKinds.Boolean, "false", "Do not import again what has been imported and is as it was.",
            (target, value) => target.Options.Definitions.SkipIfUnchanged = value),
        Setting.Of("management.load_definitions", Text, "", "The same as `load_definitions`, which comes before it.",
            (target, value) => target.ImportDefinitions("management.load_definitions", value)),
    ];
}
