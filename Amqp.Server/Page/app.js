document.title = "AmqpBroker";
