namespace Amqp.Server.Migration;

/// <summary>A queue within its virtual host.</summary>
internal sealed record QueueKey(string VirtualHost, string Name)
{
    public override string ToString() => VirtualHost == "/" ? Name : $"{VirtualHost}: {Name}";
}
