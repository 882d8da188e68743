namespace Page;

/// <summary>What a user needs for an action.</summary>
internal enum Right
{
    /// <summary>The permission to configure the object.</summary>
    Configure,

    /// <summary>The permission to write to the object.</summary>
    Write,

    /// <summary>The permission to read from the object.</summary>
    Read,

    /// <summary>The tag administrator.</summary>
    Administrator,

    /// <summary>The tag policymaker or administrator, and access to the virtual host.</summary>
    Policymaker,

    /// <summary>The tag monitoring, policymaker, management or administrator: everyone who can log in.</summary>
    Everyone,

    /// <summary>The object must be the user's own, or the user an administrator. Users with the tag monitoring see it.</summary>
    Owner,
}

/// <summary>A button on the page of a user.</summary>
internal enum Button
{
    /// <summary>The button is not shown.</summary>
    Absent,

    /// <summary>The button is shown with the reason why it cannot be used.</summary>
    Disabled,

    There,
}

/// <summary>Says which users of <see cref="Objects.Users"/> may do what.</summary>
internal static class Rights
{
    /// <summary>True if the API carries out the requests of an action for a user.</summary>
    public static bool IsAllowed(this Right right, string user) => right switch
    {
        _ when user == "tagless" => false,
        Right.Administrator => user == "ops",
        Right.Policymaker => user is "ops" or "planner",
        Right.Owner => user == "ops",
        Right.Everyone => true,
        Right.Read => user != "nobody",
        _ => user is not ("nobody" or "reader"),
    };

    /// <summary>The button of an action on an object of the virtual host <c>/</c> that belongs to another user.</summary>
    public static Button ButtonFor(this Right right, string user) => right switch
    {
        Right.Administrator or Right.Policymaker => right.IsAllowed(user) ? Button.There : Button.Absent,
        Right.Owner => user == "ops" ? Button.There : user == "watcher" ? Button.Disabled : Button.Absent,
        _ when user == "nobody" => Button.Absent,
        _ => right.IsAllowed(user) ? Button.There : Button.Disabled,
    };

    /// <summary>A button of a list, whose dialog checks the permissions: only who has none at all cannot use it.</summary>
    public static Button InList(string user) => user == "nobody" ? Button.Disabled : Button.There;
}
