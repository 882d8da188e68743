namespace Page;

/// <summary>Something that a user does on the page: where, with which values, and what must be true at the API afterwards.</summary>
/// <param name="Action">Id of the action, as in <c>core/actions.js</c>.</param>
/// <param name="Right">What a user needs for it.</param>
/// <param name="Address">Address of the page. Keys of the <see cref="Stage"/> in braces are replaced here and in all other texts.</param>
internal sealed record Scenario(string Action, Right Right, string Address)
{
    /// <summary>Distinguishes scenarios with the same action.</summary>
    public string Variant { get; init; } = "";

    public string Name => Variant.Length > 0 ? $"{Action} ({Variant})" : Action;

    /// <summary>An address at which the same button acts on an object that no scenario changes; null if there is none.</summary>
    public string? Sample { get; init; }

    /// <summary>The button for a user, where it does not follow from <see cref="Right"/>; null if it does.</summary>
    public Func<string, Button>? Shown { get; init; }

    /// <summary>Creates the objects that the action needs.</summary>
    public Func<Stage, Task> Before { get; init; } = _ => Task.CompletedTask;

    /// <summary>Changes what the browser receives, for states that a broker has rarely.</summary>
    public Func<IPage, Task> Browser { get; init; } = _ => Task.CompletedTask;

    /// <summary>Names of the rows that are selected before.</summary>
    public IReadOnlyList<string> Select { get; init; } = [];

    /// <summary>Text of the row whose button is used; empty for a button of the page.</summary>
    public string Row { get; init; } = "";

    /// <summary>Text of the button, if several buttons of the page have this action; empty for any.</summary>
    public string Label { get; init; } = "";

    /// <summary>Steps on the page that make the button appear.</summary>
    public Func<IPage, Stage, Task> Reveal { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>
    /// Values of the fields by their names: <c>true</c> and <c>false</c> for a box, the option's value for a choice. A name that begins
    /// with <c>+</c> adds a pair with this key; its value is the type and the value.
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    /// <summary>The name that must be typed before the action goes on; empty if none.</summary>
    public string Confirm { get; init; } = "";

    /// <summary>Further steps in the dialog before its button is used.</summary>
    public Func<ILocator, Task> Dialog { get; init; } = _ => Task.CompletedTask;

    /// <summary>Uses the button of the dialog and waits for the end; null to wait for the message of success.</summary>
    public Func<IPage, ILocator, Task>? Finish { get; init; }

    /// <summary>True if the API shows the effect. Asked again for a few seconds.</summary>
    public required Func<Stage, Task<bool>> After { get; init; }

    /// <summary>Undoes what would disturb other tests.</summary>
    public Func<Stage, Task> Undo { get; init; } = _ => Task.CompletedTask;

    /// <summary>The address that the action reads instead of changing something; empty if it changes something.</summary>
    public string Download { get; init; } = "";

    /// <summary>True for an action that would disturb all other tests: it has a broker of its own.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The password that the command which the dialog shows would ask for; empty if none.</summary>
    public string Input { get; init; } = "";

    /// <summary>Content of the file that the command reads, named after the stage; null if it reads none.</summary>
    public Func<Stage, string>? File { get; init; }

    public override string ToString() => Name;
}
