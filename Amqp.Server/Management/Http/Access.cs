namespace Amqp.Server.Management.Http;

/// <summary>Who may ask for something.</summary>
internal enum Access
{
    /// <summary>Anyone, without a login.</summary>
    Anyone,

    /// <summary>Who has the tag management, or one that includes it.</summary>
    Management,

    /// <summary>The same, with a permission in the virtual host that the address names, or the tag administrator.</summary>
    /// <remarks>What is done with queues, exchanges and messages demands the permission of an administrator too: see <see cref="ApiRequest.OpenSession"/>.</remarks>
    VirtualHost,

    /// <summary>The same for who only looks: the tag monitoring is enough, too.</summary>
    VirtualHostView,

    /// <summary>The tag policymaker and a permission in the virtual host, if the address names one; or the tag administrator.</summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
