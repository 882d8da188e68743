using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings for the import of definition files when the broker starts.</summary>
internal static class DefinitionSettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("load_definitions", Text, "",
            "A definition file, or a folder with `.json` files. The broker imports the definitions at every start. With this setting, "
                + "the default user and the default virtual host are not created.",
            (target, value) => target.ImportDefinitions("load_definitions", value)),
        Setting.Of("definitions.import_backend", OneOf("local_filesystem"), "local_filesystem",
            "Source of definitions. Only files are supported: see `definitions.local.path`.",
            (_, _) => { })
        .Refusing(RabbitMqKinds.AnyText, "definitions can only be imported from files"),
        Setting.Of("definitions.local.path", Text, "", "The same as `load_definitions`.",
            (target, value) => target.ImportDefinitions("definitions.local.path", value)),
        Setting.Of("definitions.skip_if_unchanged", ValueKinds.Boolean, "false", "Skip a file that has not changed since its last import.",
            (target, value) => target.Options.Definitions.SkipIfUnchanged = value),
        Setting.Of("management.load_definitions", Text, "",
            "The same as `load_definitions`. If both are set, `load_definitions` is imported first.",
            (target, value) => target.ImportDefinitions("management.load_definitions", value)),
    ];
}
