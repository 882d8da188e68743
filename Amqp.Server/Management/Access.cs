namespace Amqp.Server.Management;

/// <summary>Who may ask for something.</summary>
internal enum Access
{
    /// <summary>Anyone, without a login.</summary>
    Anyone,

    /// <summary>Who has the tag management, or one that includes it.</summary>
    Management,

    /// <summary>The same, with access to the virtual host that the address names.</summary>
    VirtualHost,

    /// <summary>The tag policymaker and access to the virtual host, if the address names one.</summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
